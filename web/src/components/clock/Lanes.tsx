/** The lanes of a clock: marks, stretches and curves, each in the clock's window. */
import { memo, type ReactElement, type ReactNode } from "react";
import type { Window } from "#/models/clock";
import { thinned, type Mark } from "#/models/marks";
import css from "./clock.module.css";

interface LaneProps {
  label: ReactNode;
  /** Of whom, where two are compared: first or second. */
  whose?: 0 | 1 | undefined;
  /** CSS pixels at least; a long label makes it higher. */
  height?: number;
  children: ReactNode;
}

export function Lane({ label, whose, height, children }: LaneProps): ReactElement {
  return (
    <div className={css.lane} data-whose={whose} style={height ? { minHeight: height } : undefined}>
      <div className={css.label}>{label}</div>
      <div className={css.content}>{children}</div>
    </div>
  );
}

interface MarksProps {
  marks: readonly Mark[];
  window: Window;
}

/** A share of the window: where the next mark is nearer, nothing is written (nor laid out). */
const ROOM = 0.03;

export const Marks = memo(function Marks({ marks, window: [low, high] }: MarksProps): ReactElement {
  const length = high - low;
  const seen = thinned(marks, [low, high]);
  return (
    <>
      {seen.map(({ key, time_s, tone, title, text }, at) => {
        const next = seen[at + 1]?.time_s ?? high;
        return (
          <span
            key={key}
            className={css.mark}
            data-tone={tone}
            style={{ insetInlineStart: `${(100 * (time_s - low)) / length}%` }}
            title={title}
          >
            {text && next - time_s > ROOM * length ? (
              <small style={{ width: `${((next - time_s) / length) * 100}cqw` }}>
                <span>{text}</span>
              </small>
            ) : null}
          </span>
        );
      })}
    </>
  );
});

export interface Stretch {
  from_s: number;
  to_s: number;
  state: string;
  title: string;
}

interface StretchesProps {
  stretches: readonly Stretch[];
  window: Window;
}

export const Stretches = memo(function Stretches({
  stretches,
  window: [low, high],
}: StretchesProps): ReactElement {
  const length = high - low;
  return (
    <>
      {stretches
        .filter(({ from_s, to_s }) => to_s >= low && from_s <= high)
        .map(({ from_s, to_s, state, title }) => (
          <span
            key={`${from_s}.${state}`}
            className={css.stretch}
            data-state={state}
            style={{
              insetInlineStart: `${(100 * (from_s - low)) / length}%`,
              width: `${(100 * (to_s - from_s)) / length}%`,
            }}
            title={title}
          />
        ))}
    </>
  );
});

export interface Curve {
  key: string;
  colour: string;
  dashed: boolean;
  /** Held until the next value, instead of joined to it. */
  stepped: boolean;
  points: readonly (readonly [time_s: number, value: number])[];
}

interface CurvesProps {
  curves: readonly Curve[];
  window: Window;
  low: number;
  high: number;
}

/** Curves in a box that is stretched to the lane: zooming changes the box, not the curves. */
export const Curves = memo(function Curves({ curves, window, low, high }: CurvesProps): ReactElement {
  const span = high > low ? high - low : 1;
  const box = `${window[0]} -9 ${window[1] - window[0]} 118`;
  return (
    <svg className={css.curves} viewBox={box} preserveAspectRatio="none" aria-hidden="true">
      {curves.map(({ key, colour, dashed, stepped, points }) => (
        <path
          key={key}
          d={path(points.map(([time, value]) => [time, 100 * (1 - (value - low) / span)]), stepped)}
          stroke={colour}
          {...(dashed ? { strokeDasharray: "5 4" } : {})}
        />
      ))}
    </svg>
  );
});

function path(points: readonly (readonly [number, number])[], stepped: boolean): string {
  return points
    .map(([x, y], at) => {
      if (at === 0) return `M${x} ${y.toFixed(2)}`;
      return stepped ? `H${x}V${y.toFixed(2)}` : `L${x} ${y.toFixed(2)}`;
    })
    .join("");
}
