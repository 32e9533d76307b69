/** Parts side by side or one above the other; the bars between them move by mouse and by keyboard. */
import { Splitter } from "antd";
import { useLayoutEffect, useRef, useState, type ReactElement, type ReactNode } from "react";
import { useTranslation } from "#/language";
import { moved } from "#/models/split";
import css from "./Split.module.css";

const BARS = ":scope > .ant-splitter > .ant-splitter-bar > [role=separator]";
const FOLDS = ":scope > .ant-splitter > .ant-splitter-bar > [role=button]";

export interface SplitPart {
  /** What it is called, for who cannot see which bar has the focus. */
  label: string;
  content: ReactNode;
  /** CSS pixels, or a share such as "40%", as long as nobody moved a bar. */
  size?: number | string;
  min?: number;
  max?: string;
  /** Can it be folded away? */
  folds?: boolean;
  className?: string | undefined;
}

interface SplitProps {
  parts: readonly SplitPart[];
  vertical?: boolean;
  className?: string | undefined;
}

export function Split({ parts, vertical = false, className = "" }: SplitProps): ReactElement {
  const { t } = useTranslation();
  const [set, setSizes] = useState<readonly number[]>([]);
  const box = useRef<HTMLDivElement>(null);
  // Of another number of parts: they begin anew.
  const sizes = set.length === parts.length ? set : [];

  // Ant Design gives its bars a role and values, and neither focus nor keys.
  useLayoutEffect(() => {
    const bars = [...(box.current?.querySelectorAll<HTMLElement>(BARS) ?? [])];
    const press = (event: KeyboardEvent): void => {
      const bar = event.currentTarget as HTMLElement;
      const to = moved(event.key, vertical, {
        now: Number(bar.ariaValueNow),
        min: Number(bar.ariaValueMin),
        max: Number(bar.ariaValueMax),
      });
      if (to === null) return;
      event.preventDefault();
      setSizes(shifted(bar, bars.indexOf(bar), to, vertical));
    };
    bars.forEach((bar, at) => {
      bar.tabIndex = 0;
      bar.ariaLabel = t("split.bar", { part: parts[at]?.label ?? "" });
      bar.addEventListener("keydown", press);
    });
    for (const fold of box.current?.querySelectorAll<HTMLElement>(FOLDS) ?? []) {
      fold.ariaLabel = t("split.fold");
    }
    return () => bars.forEach((bar) => bar.removeEventListener("keydown", press));
  });

  return (
    <div ref={box} className={`${css.split} ${className}`}>
      <Splitter orientation={vertical ? "vertical" : "horizontal"} onResize={setSizes}>
        {parts.map(({ content, size, min, max, folds = false, className: look = "" }, at) => (
          <Splitter.Panel
            key={at}
            defaultSize={size}
            size={sizes[at]}
            min={min}
            max={max}
            collapsible={folds}
            className={look}
          >
            {content}
          </Splitter.Panel>
        ))}
      </Splitter>
    </div>
  );
}

/** Sizes of all parts, in CSS pixels, when a bar has gone to so many hundredths of the whole. */
function shifted(bar: HTMLElement, at: number, to: number, vertical: boolean): number[] {
  const panels = [...(bar.closest(".ant-splitter")?.children ?? [])].filter((each) =>
    each.classList.contains("ant-splitter-panel"),
  );
  const sizes = panels.map((panel) => {
    const { width, height } = panel.getBoundingClientRect();
    return vertical ? height : width;
  });
  const sum = (some: readonly number[]): number => some.reduce((a, b) => a + b, 0);
  const by = (to / 100) * sum(sizes) - sum(sizes.slice(0, at + 1));
  return sizes.map((size, index) => (index === at ? size + by : index === at + 1 ? size - by : size));
}
