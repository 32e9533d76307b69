/**
 * All that a run left behind, on one clock: what a review shows and a recording is made of.
 *
 * A world that is reset starts its own clock anew (its next epoch). The run's clock goes on: it
 * counts the epochs one after the other.
 */
import { typed, type Cast } from "./cast";
import { timeAt, type Anchor, type Window } from "./clock";
import { worthShowing, type Entry } from "./journal";
import { samplesOf, type Point, type Sample } from "./points";
import type { Run } from "./run";
import type { TerminalSession } from "./terminal";
import type { Topology } from "./topology";

/** What the portal kept of a run. */
export interface Kept {
  run: Run;
  entries: readonly Entry[];
  sampled: readonly Entry[];
  points: readonly Point[];
  topology: Topology;
  casts: readonly { session: TerminalSession; cast: Cast }[];
}

/** A terminal's recording and where it lies on the run's clock. */
export interface Recording {
  session: TerminalSession;
  cast: Cast;
  /** From its first output to its last. */
  span: Window;
}

export interface Command {
  time_s: number;
  /** Who gave it: a person's terminal, or an actor of the journal. */
  by: string;
  text: string;
  refused: boolean;
}

export interface RunRecord {
  run: Run;
  /** The journal without samples, on the run's clock, oldest first. */
  entries: readonly Entry[];
  samples: readonly Sample[];
  points: readonly Point[];
  topology: Topology;
  recordings: readonly Recording[];
  commands: readonly Command[];
  anchors: readonly Anchor[];
  end_s: number;
}

export function recordFrom({ run, entries, sampled, points, topology, casts }: Kept): RunRecord {
  const starts = epochStarts([...entries, ...sampled]);
  const onClock = (entry: Entry): Entry => ({
    ...entry,
    sandbox_time_s: entry.sandbox_time_s + (starts.get(entry.epoch) ?? 0),
  });
  const told = entries.map(onClock);
  const measured = sampled.map(onClock);
  const anchors = [...told, ...measured]
    .toSorted((a, b) => a.sequence - b.sequence)
    .map((entry) => ({ time_s: entry.sandbox_time_s, wall_s: Date.parse(entry.wall_time) / 1000 }));
  const recordings = casts.map(({ session, cast }) => ({ session, cast, span: spanOf(cast, anchors) }));
  return {
    run,
    entries: told,
    samples: samplesOf(measured),
    points,
    topology,
    recordings,
    commands: commandsOf(told, recordings, anchors),
    anchors,
    end_s: anchors.reduce((last, { time_s }) => Math.max(last, time_s), 1),
  };
}

/** When each epoch begins on the run's clock. */
function epochStarts(entries: readonly Entry[]): Map<number, number> {
  const lengths = new Map<number, number>();
  for (const { epoch, sandbox_time_s } of entries) {
    lengths.set(epoch, Math.max(lengths.get(epoch) ?? 0, sandbox_time_s));
  }
  const starts = new Map<number, number>();
  let at = 0;
  for (const epoch of [...lengths.keys()].toSorted((a, b) => a - b)) {
    starts.set(epoch, at);
    at += lengths.get(epoch) ?? 0;
  }
  return starts;
}

function spanOf(cast: Cast, anchors: readonly Anchor[]): Window {
  const last = cast.frames.at(-1)?.at_s ?? 0;
  return [timeAt(anchors, cast.started_s), timeAt(anchors, cast.started_s + last)];
}

function commandsOf(
  entries: readonly Entry[],
  recordings: readonly Recording[],
  anchors: readonly Anchor[],
): Command[] {
  const given = entries.filter(({ kind }) => kind in TELL).map((entry) => ({
    time_s: entry.sandbox_time_s,
    by: entry.actor,
    text: TELL[entry.kind]?.(entry) ?? entry.subject,
    refused: entry.kind === "command.refused",
  }));
  const written = recordings.flatMap(({ session, cast }) =>
    typed(cast).map(({ at_s, text }) => ({
      time_s: timeAt(anchors, cast.started_s + at_s),
      by: `${session.user}@${session.host}`,
      text,
      refused: false,
    })),
  );
  return [...given, ...written].toSorted((a, b) => a.time_s - b.time_s);
}

const assigned = ({ subject, data }: Entry): string => `${subject} = ${JSON.stringify(data.value)}`;

/** How a command of the journal reads. */
const TELL: Record<string, (entry: Entry) => string> = {
  "command.applied": assigned,
  "command.refused": assigned,
  "program.ran": ({ subject, data }) =>
    `${subject}$ ${Array.isArray(data.argv) ? data.argv.join(" ") : ""}`,
};

// ---- what was when ---------------------------------------------------------------------

export interface Step {
  time_s: number;
  points: number;
}

/** The score over time: it rises when a task is solved, by what the task earned. */
export function scoreSteps({ run, entries }: Pick<RunRecord, "run" | "entries">): Step[] {
  const earned = new Map(run.task_list.map((task) => [task.name, task.earned]));
  let points = 0;
  return entries.filter(solving).flatMap(({ sandbox_time_s, subject }) => {
    const more = earned.get(subject) ?? 0;
    earned.delete(subject);
    return more === 0 ? [] : [{ time_s: sandbox_time_s, points: (points += more) }];
  });
}

function solving(entry: Entry): boolean {
  return entry.kind === "task.answered" && entry.data.correct === true;
}

export function scoreAt(steps: readonly Step[], now: number): number {
  return steps.findLast(({ time_s }) => time_s <= now)?.points ?? 0;
}

/** What somebody did about tasks: answers right and wrong, hints. */
export function learning(entries: readonly Entry[]): Entry[] {
  return entries.filter(({ kind }) => kind === "task.answered" || kind === "hint.taken");
}

/** The entries worth reading up to a moment, latest first. */
export function latest(entries: readonly Entry[], now: number, most: number): Entry[] {
  return entries
    .filter((entry) => entry.sandbox_time_s <= now && worthShowing(entry))
    .slice(-most)
    .toReversed();
}

/** The points as they were sampled last before a moment. */
export function sampleAt(samples: readonly Sample[], now: number): Sample | undefined {
  return samples.findLast(({ time_s }) => time_s <= now);
}

/** How somebody came to a task's end, or how far. */
export interface TaskStory {
  solved_s: number | null;
  wrong: number;
  hints: number;
  earned: number;
}

/** What was done about each task, by its name. */
export function taskStories({ run, entries }: Pick<RunRecord, "run" | "entries">): Map<string, TaskStory> {
  return new Map(
    run.task_list.map(({ name, earned }) => {
      const own = learning(entries).filter(({ subject }) => subject === name);
      const wrong = own.filter(({ kind, data }) => kind === "task.answered" && data.correct !== true);
      const story = {
        solved_s: own.find(solving)?.sandbox_time_s ?? null,
        wrong: wrong.length,
        hints: own.filter(({ kind }) => kind === "hint.taken").length,
        earned,
      };
      return [name, story];
    }),
  );
}
