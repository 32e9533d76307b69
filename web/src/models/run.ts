/** One learner's sandbox in an exercise: its state, hosts, tasks and score. */
import * as v from "valibot";
import { entryModel } from "./journal";
import { valueModel } from "./points";
import { textModel } from "./text";

const hintModel = v.object({ price: v.number(), text: v.nullable(textModel) });

const taskModel = v.object({
  name: v.string(),
  level: v.number(),
  title: textModel,
  text: textModel,
  points: v.number(),
  earned: v.number(),
  /** `text`: type an answer; `world`: bring the world into a state, then ask. */
  kind: v.string(),
  hints: v.array(hintModel),
  attempts: v.number(),
  attempts_left: v.nullable(v.number()),
  wrong_price: v.number(),
  requires: v.array(v.string()),
  solved: v.boolean(),
  solved_at_s: v.nullable(v.number()),
});

const hostModel = v.object({
  name: v.string(),
  state: v.string(),
  generation: v.number(),
  processes: v.number(),
  memory_kib: v.number(),
  services: v.record(v.string(), v.string()),
});

const scoreModel = v.object({
  points: v.number(),
  max_points: v.number(),
  objectives: v.record(v.string(), v.boolean()),
  goals: v.record(v.string(), v.boolean()),
  consequences: v.record(v.string(), v.number()),
  faults: v.number(),
});

/** A run as a row of a table. */
export const runSummaryModel = v.object({
  id: v.string(),
  exercise: v.string(),
  pack: v.string(),
  title: textModel,
  learner: v.string(),
  account: v.nullable(v.string()),
  state: v.picklist(["queued", "starting", "running", "paused", "ended", "failed"]),
  queue_place: v.nullish(v.number(), null),
  reason: v.optional(textModel, ""),
  points: v.number(),
  max_points: v.number(),
  solved: v.number(),
  tasks: v.number(),
  current_task: v.nullable(v.string()),
  attempts: v.number(),
  stuck_s: v.number(),
  last_activity: v.nullable(v.string()),
  started_at: v.nullable(v.string()),
  ended_at: v.nullable(v.string()),
  /** The journal has not been kept since then: nothing that is done now would count. */
  unrecorded_since: v.nullish(v.string(), null),
});

export const runModel = v.object({
  ...runSummaryModel.entries,
  sandbox_time_s: v.number(),
  epoch: v.number(),
  story: v.string(),
  doors: v.array(v.object({ host: v.string(), user: v.string(), title: textModel })),
  hosts: v.array(hostModel),
  task_list: v.array(taskModel),
  score: scoreModel,
  objective_titles: v.optional(v.record(v.string(), textModel), {}),
  points_now: v.record(v.string(), valueModel),
  timeline: v.array(entryModel),
  /** Has more happened before that? */
  timeline_more: v.optional(v.boolean(), false),
  degraded: v.array(v.string()),
});

export const runsModel = v.object({ items: v.array(runSummaryModel) });

export type RunSummary = v.InferOutput<typeof runSummaryModel>;
export type Run = v.InferOutput<typeof runModel>;
export type RunState = RunSummary["state"];
export type Task = v.InferOutput<typeof taskModel>;
export type HostState = v.InferOutput<typeof hostModel>;

/** Seconds without progress after which somebody counts as stuck. */
export const STUCK_S = 600;

export function stuck(run: RunSummary): boolean {
  return run.state === "running" && run.stuck_s >= STUCK_S;
}

/** Is this the run of another person? A drill's run is everybody's who is in it. */
export function others(run: RunSummary, account: string): boolean {
  return run.account !== null && run.account !== account;
}

/** Has the run's world not come to its end yet? */
export function alive(run: RunSummary): boolean {
  return run.state !== "ended" && run.state !== "failed";
}

/** Does an answer to the task count now? */
export function open(task: Task): boolean {
  return !task.solved && task.attempts_left !== 0 && task.requires.length === 0;
}

/** Tasks by level, in the order of the levels and, within one, of the pack. */
export function levels(tasks: readonly Task[]): { level: number; tasks: Task[] }[] {
  const byLevel = Map.groupBy(tasks, (task) => task.level);
  return [...byLevel.entries()]
    .sort(([a], [b]) => a - b)
    .map(([level, members]) => ({ level, tasks: members }));
}

/** The task to work on next: the first open one, else the first unsolved, else the last. */
export function nextTask(tasks: readonly Task[]): Task | undefined {
  return tasks.find(open) ?? tasks.find((task) => !task.solved) ?? tasks.at(-1);
}

/** What solving a task brings now, after hints taken and wrong answers given. */
export function worth(task: Task): number {
  if (task.solved) return task.earned;
  const hints = task.hints.reduce((sum, hint) => sum + (hint.text ? hint.price : 0), 0);
  return Math.max(0, task.points - hints - task.attempts * task.wrong_price);
}

/** The next hint to buy, with its number from 1; `null` when all are bought. */
export function nextHint(task: Task): { number: number; price: number } | null {
  const at = task.hints.findIndex((hint) => hint.text === null);
  const hint = task.hints[at];
  return hint ? { number: at + 1, price: hint.price } : null;
}
