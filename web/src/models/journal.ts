/** The journal as a learner sees it: what happened, when, by whom. */
import * as v from "valibot";

export const entryModel = v.object({
  epoch: v.number(),
  sequence: v.number(),
  wall_time: v.string(),
  sandbox_time_s: v.number(),
  actor: v.string(),
  kind: v.string(),
  subject: v.string(),
  data: v.record(v.string(), v.unknown()),
});
export type Entry = v.InferOutput<typeof entryModel>;

export const entriesModel = v.object({
  items: v.array(entryModel),
  next: v.nullable(v.string()),
});

export type Tone = "good" | "bad" | "warn" | "info" | "quiet";

/** Kinds that fill the journal without telling a reader anything. */
const NOISE = new Set(["points.sampled", "plant.checkpoint", "program.ran"]);

export function worthShowing(entry: Entry): boolean {
  return !NOISE.has(entry.kind);
}

const TONES: Record<string, Tone> = {
  "alarm.raised": "bad",
  "alarm.cleared": "good",
  "command.refused": "warn",
  "condition.held": "good",
  "condition.lapsed": "warn",
  "hint.taken": "warn",
  "host.failed": "bad",
  "host.reset": "warn",
  "inject.applied": "info",
  "interlock.refused": "bad",
  "message.sent": "info",
  "platform.fault": "bad",
  "sandbox.reset": "warn",
  "service.down": "bad",
  "service.up": "good",
};

/** How an entry should feel. A right answer is good, a wrong one a warning. */
export function tone(entry: Entry): Tone {
  if (entry.kind === "task.answered") return entry.data.correct === true ? "good" : "warn";
  return TONES[entry.kind] ?? "quiet";
}

/** The side that acted: the part of the actor before the slash. */
export function side(entry: Entry): string {
  return entry.actor.split("/")[0] ?? entry.actor;
}

/** How many entries a live timeline keeps. */
export const KEPT = 500;

/** Did one entry happen before another? */
export function precedes(one: Entry, other: Entry): boolean {
  return one.epoch < other.epoch || (one.epoch === other.epoch && one.sequence < other.sequence);
}

/**
 * Adds an entry in the order of (epoch, sequence). One known already changes nothing, and so does
 * one not worth showing: samples come every second and would soon be all that is kept.
 */
export function insert(entries: readonly Entry[], entry: Entry, kept = KEPT): Entry[] {
  const known = entries.some((e) => e.sequence === entry.sequence && e.epoch === entry.epoch);
  if (known || !worthShowing(entry)) return [...entries];
  const at = entries.findLastIndex((e) => e.sequence < entry.sequence) + 1;
  return [...entries.slice(0, at), entry, ...entries.slice(at)].slice(-kept);
}

/** Sandbox seconds as a clock: `12:04` or `1:02:04`. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (n: number): string => String(n).padStart(2, "0");
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${two(m)}:${two(s)}`;
}
