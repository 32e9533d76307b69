/** One zoomable clock: what happened as marks, a playhead, the part that is seen. */
import { useRef, type KeyboardEvent, type PointerEvent, type ReactElement, type WheelEvent } from "react";
import { useKindName, useTranslation } from "#/language";
import { clock, tone, worthShowing, type Entry } from "#/models/journal";
import { zoomed, type Window } from "#/models/review";
import css from "./ClockTrack.module.css";

/** Lanes of marks, by who acted. */
const LANES = ["red", "blue", "green", "white", "network", "system"] as const;
const WHEEL = 1.15;

interface ClockTrackProps {
  entries: readonly Entry[];
  whole: Window;
  window: Window;
  now: number;
  onNow: (now: number) => void;
  onWindow: (window: Window) => void;
}

export function ClockTrack(props: ClockTrackProps): ReactElement {
  const { entries, whole, window, now, onNow, onWindow } = props;
  const { t } = useTranslation();
  const ground = useRef<HTMLDivElement>(null);
  const [low, high] = window;
  const share = (time: number): string => `${(100 * (time - low)) / (high - low)}%`;
  const timeAt = (x: number): number => {
    const box = ground.current?.getBoundingClientRect();
    if (!box) return now;
    return low + Math.min(1, Math.max(0, (x - box.left) / box.width)) * (high - low);
  };
  const point = (event: PointerEvent): void => {
    if (event.buttons === 1) onNow(timeAt(event.clientX));
  };
  const wheel = (event: WheelEvent): void =>
    onWindow(zoomed(window, whole, timeAt(event.clientX), event.deltaY > 0 ? WHEEL : 1 / WHEEL));
  const key = (event: KeyboardEvent): void => {
    const step = (high - low) / 100;
    const moves: Record<string, () => void> = {
      ArrowLeft: () => onNow(Math.max(whole[0], now - step)),
      ArrowRight: () => onNow(Math.min(whole[1], now + step)),
      Home: () => onNow(whole[0]),
      End: () => onNow(whole[1]),
      "+": () => onWindow(zoomed(window, whole, now, 1 / WHEEL)),
      "-": () => onWindow(zoomed(window, whole, now, WHEEL)),
    };
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    move();
  };
  return (
    <div
      ref={ground}
      className={css.track}
      role="slider"
      tabIndex={0}
      aria-label={t("review.clockLabel")}
      aria-valuemin={whole[0]}
      aria-valuemax={whole[1]}
      aria-valuenow={now}
      aria-valuetext={clock(now)}
      onPointerDown={point}
      onPointerMove={point}
      onWheel={wheel}
      onKeyDown={key}
    >
      {LANES.map((lane) => (
        <Lane key={lane} lane={lane} entries={entries} window={window} share={share} />
      ))}
      <i className={css.head} style={{ insetInlineStart: share(now) }} hidden={now < low || now > high} />
      <span className={css.from}>{clock(low)}</span>
      <span className={css.to}>{clock(high)}</span>
    </div>
  );
}

interface LaneProps {
  lane: string;
  entries: readonly Entry[];
  window: Window;
  share: (time: number) => string;
}

function Lane({ lane, entries, window: [low, high], share }: LaneProps): ReactElement {
  const { t } = useTranslation();
  const kindName = useKindName();
  const names: Record<string, string> = t("side", { returnObjects: true });
  const seen = entries.filter(
    (entry) =>
      entry.actor.split("/")[0] === lane &&
      worthShowing(entry) &&
      entry.sandbox_time_s >= low &&
      entry.sandbox_time_s <= high,
  );
  return (
    <div className={css.lane} data-lane={lane}>
      <span>{names[lane] ?? lane}</span>
      {seen.map((entry) => (
        <i
          key={`${entry.epoch}.${entry.sequence}`}
          data-tone={tone(entry)}
          style={{ insetInlineStart: share(entry.sandbox_time_s) }}
          title={`${clock(entry.sandbox_time_s)} ${kindName(entry.kind)} ${entry.subject}`}
        />
      ))}
    </div>
  );
}
