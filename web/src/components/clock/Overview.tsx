/** The whole clock in one line, and the part of it that is seen. */
import { useRef, type PointerEvent, type ReactElement } from "react";
import { moved, type Window } from "#/models/clock";
import css from "./clock.module.css";
import type { ClockState } from "./hands";

export function Overview(props: ClockState & { stops: readonly number[] }): ReactElement {
  const { whole, window, now, stops, onWindow } = props;
  const ground = useRef<HTMLDivElement>(null);
  const from = useRef<{ x: number; window: Window } | null>(null);
  const length = whole[1] - whole[0];
  const place = (time: number): string => `${(100 * (time - whole[0])) / length}%`;
  const secondsPerPixel = (): number => length / (ground.current?.clientWidth ?? 1);
  const press = (event: PointerEvent): void => {
    event.currentTarget.setPointerCapture(event.pointerId);
    const box = event.currentTarget.getBoundingClientRect();
    const at = whole[0] + (event.clientX - box.left) * secondsPerPixel();
    const middle = (window[0] + window[1]) / 2;
    const inside = at >= window[0] && at <= window[1];
    const start = inside ? window : moved(window, whole, at - middle);
    from.current = { x: event.clientX, window: start };
    onWindow(start);
  };
  const drag = (event: PointerEvent): void => {
    if (!from.current) return;
    onWindow(moved(from.current.window, whole, (event.clientX - from.current.x) * secondsPerPixel()));
  };
  const release = (): void => {
    from.current = null;
  };
  return (
    <div
      ref={ground}
      className={css.overview}
      onPointerDown={press}
      onPointerMove={drag}
      onPointerUp={release}
      onPointerCancel={release}
      aria-hidden="true"
    >
      {stops.map((time) => (
        <i key={time} style={{ insetInlineStart: place(time) }} />
      ))}
      <b
        style={{
          insetInlineStart: place(window[0]),
          width: `${(100 * (window[1] - window[0])) / length}%`,
        }}
      />
      <em style={{ insetInlineStart: place(now) }} />
    </div>
  );
}
