/** The clock of a replay: the part that is seen, the playhead, and what it is on a wall's clock. */

/** Beginning and end of what is seen, in seconds of the run's clock. */
export type Window = readonly [number, number];

/** Shortest window, in seconds: closer there is nothing more to see. */
const SHORTEST_S = 2;

/** A window zoomed by a factor about a moment, inside the whole. */
export function zoomed([low, high]: Window, whole: Window, about: number, factor: number): Window {
  const length = Math.min(whole[1] - whole[0], Math.max(SHORTEST_S, (high - low) * factor));
  const share = high > low ? (about - low) / (high - low) : 0.5;
  return placed(about - share * length, length, whole);
}

/** A window moved by so many seconds, inside the whole. */
export function moved([low, high]: Window, whole: Window, by: number): Window {
  return placed(low + by, high - low, whole);
}

/** A window of the same length that shows a moment, moved no more than needed. */
export function showing(window: Window, whole: Window, moment: number): Window {
  const [low, high] = window;
  if (moment >= low && moment <= high) return window;
  return placed(moment - (high - low) / 2, high - low, whole);
}

function placed(start: number, length: number, whole: Window): Window {
  const low = Math.min(Math.max(whole[0], start), whole[1] - length);
  return [low, low + length];
}

/** The clock after so many real milliseconds of replay; it stops at the end. */
export function played(now: number, elapsed_ms: number, speed: number, end: number): number {
  return Math.min(end, now + (elapsed_ms / 1000) * speed);
}

const STEPS_S = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 43_200, 86_400];

/** Round moments that divide a window into at most so many parts. */
export function ticks([low, high]: Window, most: number): number[] {
  const step = STEPS_S.find((each) => (high - low) / each <= most) ?? 86_400;
  const first = Math.ceil(low / step);
  const count = Math.max(0, Math.floor(high / step) - first + 1);
  return Array.from({ length: count }, (_, at) => (first + at) * step);
}

/** A moment that is known on the run's clock and on a wall's. */
export interface Anchor {
  time_s: number;
  /** Unix time. */
  wall_s: number;
}

/** Unix time at a moment of the run's clock: known at the anchors, even between them. */
export function wallAt(anchors: readonly Anchor[], time_s: number): number {
  return between(anchors, "time_s", "wall_s", time_s);
}

/** The moment of the run's clock at a Unix time: it stands while the run is paused. */
export function timeAt(anchors: readonly Anchor[], wall_s: number): number {
  return between(anchors, "wall_s", "time_s", wall_s);
}

function between(
  anchors: readonly Anchor[],
  from: keyof Anchor,
  to: keyof Anchor,
  value: number,
): number {
  const at = countUntil(anchors, (anchor) => anchor[from], value);
  const before = anchors[at - 1];
  const after = anchors[at];
  if (!before) return after ? after[to] - (after[from] - value) : value;
  if (!after) return before[to] + (value - before[from]);
  const share = (value - before[from]) / (after[from] - before[from]);
  return before[to] + share * (after[to] - before[to]);
}

/** How many of the items, sorted by a number of theirs, lie at or before a value. */
export function countUntil<T>(items: readonly T[], by: (item: T) => number, value: number): number {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const item = items[middle];
    if (item !== undefined && by(item) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}
