/** One zoomable clock for everything below it: lanes share its window and its playhead. */
import { useRef, type ReactElement, type ReactNode } from "react";
import { useTranslation } from "#/language";
import { ticks } from "#/models/clock";
import { clock } from "#/models/journal";
import css from "./clock.module.css";
import { useDrag, useKeys, useWheel, type ClockState } from "./hands";
import { Overview } from "./Overview";

const TICKS = 9;

interface ClockStackProps extends ClockState {
  /** Moments that PageUp and PageDown go to, in order. */
  stops: readonly number[];
  /** Lanes: see Lanes.tsx. */
  children: ReactNode;
}

/** Where a text of so many letters has its middle, so that it does not cross the clock's frame. */
const within = (place: string, letters: number): string => {
  const half = `${letters / 2 + 0.7}ch`;
  return `clamp(${half}, ${place}, calc(100% - ${half}))`;
};

export function ClockStack({ stops, children, ...state }: ClockStackProps): ReactElement {
  const { t } = useTranslation();
  const { whole, window, now } = state;
  const [low, high] = window;
  const ground = useRef<HTMLDivElement>(null);
  const hands = useRef<HTMLDivElement>(null);
  useWheel(hands, ground, state);
  const { dragging, ...drag } = useDrag(ground, state);
  const keys = useKeys(state, stops);
  const place = (time: number): string => `${(100 * (time - low)) / (high - low)}%`;
  const round = ticks(window, TICKS);
  return (
    <div className={css.stack} data-dragging={dragging}>
      <div
        ref={ground}
        className={css.ground}
        role="slider"
        tabIndex={0}
        aria-label={t("review.clockLabel")}
        aria-valuemin={whole[0]}
        aria-valuemax={whole[1]}
        aria-valuenow={now}
        aria-valuetext={clock(now)}
        onKeyDown={keys}
      >
        {round.map((time) => (
          <i key={time} className={css.tick} style={{ insetInlineStart: place(time) }} />
        ))}
      </div>
      <div ref={hands} className={css.hands} role="presentation" {...drag}>
        <div className={css.ruler} aria-hidden="true">
          {round.map((time) => (
            <span key={time} style={{ insetInlineStart: within(place(time), clock(time).length) }}>
              {clock(time)}
            </span>
          ))}
        </div>
        {children}
      </div>
      <div className={css.over} aria-hidden="true">
        <i className={css.head} style={{ insetInlineStart: place(now) }} hidden={now < low || now > high} />
      </div>
      <Overview {...state} stops={stops} />
    </div>
  );
}
