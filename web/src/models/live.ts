/**
 * The one contract of all live views: a snapshot, then ordered events with a revision.
 *
 * Pure: `receive` folds a message into a state. What was seen before is ignored, so a
 * connection that resumes may repeat itself without harm.
 */
import * as v from "valibot";
import { read } from "./problem";

const eventModel = v.object({
  kind: v.string(),
  wall_time: v.string(),
  sandbox_time_s: v.nullish(v.number(), null),
  sequence: v.nullish(v.number(), null),
  run: v.nullish(v.string(), null),
  actor: v.string(),
  subject: v.string(),
  data: v.record(v.string(), v.unknown()),
  changes: v.record(v.string(), v.unknown()),
});

export const messageModel = v.object({
  revision: v.number(),
  snapshot: v.nullish(v.record(v.string(), v.unknown()), null),
  event: v.nullish(eventModel, null),
});
export type LiveMessage = v.InferOutput<typeof messageModel>;
export type LiveEvent = v.InferOutput<typeof eventModel>;

export type Connection = "connecting" | "live" | "reconnecting" | "refused";

export interface Live<S> {
  readonly connection: Connection;
  /** Number of the last message that was folded in; `null` before the first snapshot. */
  readonly revision: number | null;
  readonly value: S | null;
}

/** What a live view is made of: how to read its snapshot and how an event changes it. */
export interface Projection<S> {
  open: (snapshot: unknown) => S;
  apply: (value: S, event: LiveEvent) => S;
}

/**
 * A view whose events only replace top-level keys of its snapshot. Only what an event brings is
 * read, so the rest stays the very same, and who shows it need not draw it again.
 */
export function replacing<E extends v.ObjectEntries>(
  model: v.ObjectSchema<E, undefined>,
): Projection<v.InferOutput<v.ObjectSchema<E, undefined>>> {
  const part = v.partial(model);
  return {
    open: (snapshot) => read(model, snapshot),
    apply: (value, event) =>
      Object.keys(event.changes).length === 0
        ? value
        : { ...value, ...(read(part, event.changes) as Partial<v.InferOutput<v.ObjectSchema<E, undefined>>>) },
  };
}

export function starting<S>(): Live<S> {
  return { connection: "connecting", revision: null, value: null };
}

/** Folds a raw message in. Throws a `Problem` when it cannot be read. */
export function receive<S>(live: Live<S>, projection: Projection<S>, raw: unknown): Live<S> {
  const { revision, snapshot, event } = read(messageModel, raw);
  if (snapshot) return { connection: "live", revision, value: projection.open(snapshot) };
  const seen = live.revision !== null && revision <= live.revision;
  if (seen || live.value === null || !event) return { ...live, connection: "live" };
  return { connection: "live", revision, value: projection.apply(live.value, event) };
}

/** The connection went away; what was known stays on the screen. */
export function interrupted<S>(live: Live<S>): Live<S> {
  return { ...live, connection: live.value === null ? "connecting" : "reconnecting" };
}

/** Milliseconds before the next attempt: doubling from 0.25 s to 5 s, half of it drawn. */
export function backoff(attempt: number, draw: number): number {
  const full = Math.min(5000, 250 * 2 ** attempt);
  return full / 2 + (draw * full) / 2;
}
