/** People, sandboxes, a scenario and time: trainings, classes, drills and their boards. */
import * as v from "valibot";
import { replacing } from "./live";
import { runSummaryModel, stuck, type RunSummary } from "./run";
import { textModel } from "./text";

export const capacityModel = v.object({
  fits: v.number(),
  running: v.number(),
  limit: v.number(),
  reason: v.string(),
  /** Runnable processes per processor. */
  load: v.number(),
  memory_mib: v.number(),
  memory_free_mib: v.number(),
});
export type Capacity = v.InferOutput<typeof capacityModel>;

export const exerciseModel = v.object({
  id: v.string(),
  kind: v.picklist(["training", "class", "drill"]),
  pack: v.string(),
  title: v.string(),
  group: v.nullable(v.string()),
  owner: v.string(),
  state: v.picklist(["running", "frozen", "ended"]),
  created_at: v.string(),
  ends_at: v.nullable(v.string()),
  ended_at: v.nullable(v.string()),
  capacity: capacityModel,
  runs: v.array(runSummaryModel),
  injects: v.array(v.object({ name: v.string(), kind: v.string(), text: textModel })),
});
export type Exercise = v.InferOutput<typeof exerciseModel>;

export const exercisesModel = v.object({ items: v.array(exerciseModel) });

/** What an action did, sandbox by sandbox. */
export const doneModel = v.object({
  done: v.array(v.string()),
  failed: v.optional(v.record(v.string(), textModel), {}),
});

export type Done = v.InferOutput<typeof doneModel>;

export const boardModel = v.object({
  exercise: v.string(),
  title: v.string(),
  state: v.string(),
  tasks: v.array(
    v.object({ name: v.string(), title: textModel, level: v.number(), points: v.number() }),
  ),
  rows: v.array(
    v.object({
      place: v.number(),
      run: v.string(),
      learner: v.string(),
      points: v.number(),
      max_points: v.number(),
      solved: v.array(v.string()),
      last_solved_at: v.nullable(v.string()),
    }),
  ),
});
export type Board = v.InferOutput<typeof boardModel>;

export const exerciseProjection = replacing(exerciseModel);
export const boardProjection = replacing(boardModel);

/** A class in four numbers. */
export function summed(runs: readonly RunSummary[]) {
  const count = (test: (run: RunSummary) => boolean): number => runs.filter(test).length;
  return {
    running: count(({ state }) => state === "running"),
    queued: count(({ state }) => state === "queued" || state === "starting"),
    stuck: count(stuck),
    finished: count(({ solved, tasks }) => tasks > 0 && solved === tasks),
  };
}
