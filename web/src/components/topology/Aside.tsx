/**
 * What opens beside a node. It is drawn at the end of the page: so it takes the focus, and gives
 * it back to the node before anything is done in it, or when Tab or Escape leaves it.
 */
import { useEffect, useRef, useState, type KeyboardEvent, type ReactElement, type ReactNode } from "react";
import css from "./nodes.module.css";

interface AsideProps {
  name: string;
  /** To be closed, by keyboard. */
  onLeave: () => void;
  children: ReactNode;
}

export function Aside({ name, onLeave, children }: AsideProps): ReactElement {
  const [opener] = useState(() => document.activeElement);
  const ground = useRef<HTMLDivElement>(null);
  useEffect(() => ground.current?.focus({ preventScroll: true }), []);
  const giveBack = (): void => {
    if (opener instanceof HTMLElement) opener.focus({ preventScroll: true });
  };
  const press = (event: KeyboardEvent<HTMLDivElement>): void => {
    if (!leaves(event)) return;
    event.preventDefault();
    giveBack();
    onLeave();
  };
  return (
    // The keys are those of the buttons in it.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <div
      className={css.aside}
      role="group"
      aria-label={name}
      tabIndex={-1}
      ref={ground}
      onKeyDown={press}
      onClickCapture={({ target }) => {
        if (target instanceof Element && target.closest("button")) giveBack();
      }}
    >
      {children}
    </div>
  );
}

/** Escape, Tab at the last button, Shift and Tab before the first. */
function leaves({ key, shiftKey, currentTarget }: KeyboardEvent<HTMLDivElement>): boolean {
  if (key !== "Tab") return key === "Escape";
  const stops = [...currentTarget.querySelectorAll("button:enabled")];
  const edges = shiftKey ? [currentTarget, stops[0]] : [stops.at(-1)];
  return stops.length === 0 || edges.includes(document.activeElement ?? undefined);
}
