/** A run looked back at: everything on the sandbox's one clock. Pure functions of its record. */
import * as v from "valibot";
import type { Entry } from "./journal";
import type { Task } from "./run";

export type Window = readonly [number, number];

/** Beginning and end of what is known, at least one second long. */
export function extent(entries: readonly Entry[], last: number): Window {
  const times = entries.map((entry) => entry.sandbox_time_s);
  const end = times.reduce((a, b) => Math.max(a, b), Math.max(1, last));
  return [0, end];
}

export interface Step {
  time_s: number;
  points: number;
}

/** The score over time: it rises when a task is solved, by what the task earned. */
export function scoreSteps(tasks: readonly Task[]): Step[] {
  let points = 0;
  return tasks
    .flatMap(({ solved_at_s, earned }) => (solved_at_s === null ? [] : [{ solved_at_s, earned }]))
    .sort((a, b) => a.solved_at_s - b.solved_at_s)
    .map(({ solved_at_s, earned }) => ({ time_s: solved_at_s, points: (points += earned) }));
}

/** A window zoomed by a factor about a moment, inside the whole. */
export function zoomed([low, high]: Window, whole: Window, about: number, factor: number): Window {
  const length = Math.min(whole[1] - whole[0], Math.max(2, (high - low) * factor));
  const share = high > low ? (about - low) / (high - low) : 0.5;
  const start = Math.min(Math.max(whole[0], about - share * length), whole[1] - length);
  return [start, start + length];
}

/** The clock after so many real milliseconds of replay; it stops at the end. */
export function played(now: number, elapsed_ms: number, speed: number, end: number): number {
  return Math.min(end, now + (elapsed_ms / 1000) * speed);
}

// ---- recordings ------------------------------------------------------------------------

const headerModel = v.object({
  version: v.number(),
  width: v.number(),
  height: v.number(),
  timestamp: v.optional(v.number(), 0),
});
const frameModel = v.tuple([v.number(), v.string(), v.string()]);

/** A terminal's recording, its output by seconds since it was opened. */
export interface Cast {
  columns: number;
  rows: number;
  /** Unix time of its beginning. */
  started_s: number;
  frames: readonly { at_s: number; text: string }[];
}

/** Reads asciicast v2: a header line, then `[seconds, "o", text]` a line. */
export function castFrom(text: string): Cast {
  const [first = "{}", ...rest] = text.trim().split("\n");
  const header = v.parse(headerModel, JSON.parse(first));
  const frames = rest
    .map((line) => v.parse(frameModel, JSON.parse(line)))
    .filter(([, kind]) => kind === "o")
    .map(([at_s, , output]) => ({ at_s, text: output }));
  return { columns: header.width, rows: header.height, started_s: header.timestamp, frames };
}

/** What a terminal has shown by a moment of its own. */
export function shownBy(cast: Cast, at_s: number): string {
  return cast.frames
    .filter((frame) => frame.at_s <= at_s)
    .map((frame) => frame.text)
    .join("");
}

/** Unix time at a moment of the sandbox's clock, from the entries that know both. */
export function wallAt(entries: readonly Entry[], time_s: number): number {
  const before = entries.findLast((entry) => entry.sandbox_time_s <= time_s) ?? entries[0];
  if (!before) return time_s;
  return Date.parse(before.wall_time) / 1000 + (time_s - before.sandbox_time_s);
}
