/**
 * An exercise as a recording: its live streams as they came, or as they would have come, made
 * anew from the journals of its runs. A view plays it through the same contract as the real thing.
 */
import * as v from "valibot";
import type { Board, Exercise } from "./exercise";
import type { Entry } from "./journal";
import { messageModel, receive, starting, type Live, type LiveEvent, type LiveMessage, type Projection } from "./live";
import { read } from "./problem";
import { learning, type Kept } from "./record";
import { hostsAt } from "./services";
import type { Run } from "./run";

const recordingModel = v.object({
  streams: v.record(v.string(), v.array(messageModel)),
  answers: v.record(v.string(), v.unknown()),
});

/** Live messages by topic, and what the portal answered, by address. */
export type Recording = v.InferOutput<typeof recordingModel>;

/** Reads a recording's file. Throws a `Problem` when it is none. */
export function recordingFrom(text: string): Recording {
  return read(recordingModel, JSON.parse(text));
}

/** The one topic of a kind, or the first of several. */
export function topicOf({ streams }: Recording, kind: string): string | undefined {
  return Object.keys(streams).find((topic) => topic.startsWith(`${kind}:`));
}

// ---- playing ---------------------------------------------------------------------------

/** Unix time of a message; a snapshot has none. */
function wallOf({ event }: LiveMessage): number | null {
  return event ? Date.parse(event.wall_time) / 1000 : null;
}

/** From the first event of a recording to its last, in Unix time. */
export function span({ streams }: Recording): readonly [number, number] {
  const times = Object.values(streams)
    .flat()
    .flatMap((message) => wallOf(message) ?? []);
  const low = times.reduce((a, b) => Math.min(a, b), Infinity);
  const high = times.reduce((a, b) => Math.max(a, b), -Infinity);
  return Number.isFinite(low) ? [low, high] : [0, 0];
}

/** How far somebody has followed a stream. */
export interface Followed<S> {
  live: Live<S>;
  /** Messages taken in. */
  count: number;
}

/** Follows a stream to a moment; back in time it begins anew. */
export function follow<S>(
  stream: readonly LiveMessage[],
  projection: Projection<S>,
  wall_s: number,
  before: Followed<S>,
): Followed<S> {
  const until = stream.findIndex((message) => (wallOf(message) ?? -Infinity) > wall_s);
  const count = until === -1 ? stream.length : until;
  if (count === before.count) return before;
  const from = count < before.count ? { live: starting<S>(), count: 0 } : before;
  const live = stream
    .slice(from.count, count)
    .reduce((state, message) => receive(state, projection, message), from.live);
  return { live, count };
}

// ---- making ----------------------------------------------------------------------------

/** The recording of an exercise, from what its runs left. */
export function recordingOf(exercise: Exercise, board: Board, kept: readonly Kept[]): Recording {
  const streams = Object.fromEntries(kept.map((one) => [`run:${one.run.id}`, runStream(one)]));
  const answers = kept.flatMap(({ run, topology, points }) => [
    [`/api/runs/${run.id}/topology`, topology],
    [`/api/runs/${run.id}/points`, points],
  ]);
  return {
    streams: { [`board:${exercise.id}`]: boardStream(board, kept), ...streams },
    answers: Object.fromEntries(answers) as Record<string, unknown>,
  };
}

function runStream({ run, entries, sampled, topology }: Kept): LiveMessage[] {
  const told = [...entries, ...sampled].toSorted((a, b) => a.sequence - b.sequence);
  const first = { ...unplayed(run), hosts: hostsAt(topology, [], 0) };
  const events = told.map((entry) => eventOf(entry, run.id, changesOf(entry, { run, entries, topology })));
  return numbered(first, events);
}

function unplayed(run: Run): Run {
  const task_list = run.task_list.map((task) => ({
    ...task, earned: 0, attempts: 0, solved: false, solved_at_s: null,
  }));
  return {
    ...run, task_list, state: "running", points: 0, solved: 0, timeline: [], points_now: {}, sandbox_time_s: 0,
  };
}

function changesOf(
  entry: Entry,
  { run, entries, topology }: Pick<Kept, "run" | "entries" | "topology">,
): Record<string, unknown> {
  const clock = { sandbox_time_s: entry.sandbox_time_s, epoch: entry.epoch };
  if (entry.kind === "points.sampled") return { ...clock, points_now: entry.data };
  const before = entries.filter(({ sequence }) => sequence <= entry.sequence);
  if (/^(service|sandbox|host)\./.test(entry.kind)) {
    return { ...clock, hosts: hostsAt(topology, before, Infinity) };
  }
  if (entry.kind === "task.answered") {
    const solved = solvedBy(before);
    return { ...clock, solved: solved.length, points: earned(run, solved) };
  }
  return clock;
}

function boardStream(board: Board, kept: readonly Kept[]): LiveMessage[] {
  const answers = kept
    .flatMap(({ run, entries }) => learning(entries).map((entry) => ({ run: run.id, entry })))
    .toSorted((a, b) => a.entry.wall_time.localeCompare(b.entry.wall_time));
  const first = { ...board, state: "running", rows: placesAt(board, kept, "") };
  const events = answers.map(({ run, entry }) => {
    const changed = eventOf(entry, run, { rows: placesAt(board, kept, entry.wall_time) });
    return { ...changed, kind: "changed", sequence: null };
  });
  return numbered(first, events);
}

/** Who stood where at a moment of the wall's clock. Equal points: whoever got there first. */
function placesAt(board: Board, kept: readonly Kept[], wall_time: string): Board["rows"] {
  const rows = kept.flatMap(({ run, entries }) => {
    const row = board.rows.find((each) => each.run === run.id);
    if (!row) return [];
    const before = entries.filter((entry) => entry.wall_time <= wall_time);
    const solved = solvedBy(before);
    const last_solved_at = before.findLast(right)?.wall_time ?? null;
    return [{ ...row, solved, points: earned(run, solved), last_solved_at }];
  });
  return rows
    .toSorted(
      (a, b) => b.points - a.points || (a.last_solved_at ?? "").localeCompare(b.last_solved_at ?? ""),
    )
    .map((row) => ({ ...row, place: 1 + rows.filter(({ points }) => points > row.points).length }));
}

function right({ kind, data }: Entry): boolean {
  return kind === "task.answered" && data.correct === true;
}

function solvedBy(entries: readonly Entry[]): string[] {
  return [...new Set(entries.filter(right).map(({ subject }) => subject))];
}

function earned(run: Run, solved: readonly string[]): number {
  return run.task_list
    .filter(({ name }) => solved.includes(name))
    .reduce((sum, task) => sum + task.earned, 0);
}

function eventOf(entry: Entry, run: string, changes: Record<string, unknown>): LiveEvent {
  const { kind, wall_time, sandbox_time_s, sequence, actor, subject, data } = entry;
  const sampled = kind === "points.sampled";
  return { kind, wall_time, sandbox_time_s, sequence: sampled ? null : sequence, run, actor, subject, data: sampled ? {} : data, changes };
}

function numbered(snapshot: object, events: readonly LiveEvent[]): LiveMessage[] {
  const told = events.map((event, at) => ({ revision: at + 2, snapshot: null, event }));
  return [{ revision: 1, snapshot: { ...snapshot }, event: null }, ...told];
}
