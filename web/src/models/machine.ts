/** The machine that all sandboxes share. */
import * as v from "valibot";
import { replacing } from "./live";
import { textModel } from "./text";

const findingModel = v.object({
  capability: v.string(),
  need: v.string(),
  present: v.boolean(),
  title: textModel,
  cost: textModel,
  remedy: textModel,
  detail: textModel,
});
export type MachineFinding = v.InferOutput<typeof findingModel>;

const sandboxModel = v.object({
  name: v.string(),
  state: v.string(),
  hosts: v.number(),
  processes: v.number(),
  memory_mib: v.number(),
  uptime_s: v.number(),
  run: v.nullable(v.string()),
  learner: v.string(),
  leftover: v.boolean(),
  degraded: v.array(v.string()),
});
export type SandboxInfo = v.InferOutput<typeof sandboxModel>;

export const machineModel = v.object({
  version: v.string(),
  processors: v.number(),
  load: v.number(),
  memory_mib: v.number(),
  memory_free_mib: v.number(),
  disk_free_mib: v.number(),
  sandboxes: v.array(sandboxModel),
  abandoned: v.array(v.string()),
  capacity: v.object({ fits: v.number(), running: v.number(), limit: v.number(), reason: v.string() }),
  findings: v.array(findingModel),
});
export type Machine = v.InferOutput<typeof machineModel>;
export const machineProjection = replacing(machineModel);

/** What is missing first, and of that what no sandbox can do without; `optional` costs nothing. */
export function byWeight(findings: readonly MachineFinding[]): MachineFinding[] {
  const order = ["required", "degraded", "optional"];
  const weight = ({ present, need }: MachineFinding): number =>
    present ? order.length : order.indexOf(need);
  return findings.toSorted((a, b) => weight(a) - weight(b));
}

/** Names of what a clean-up would remove. */
export function clearable({ sandboxes, abandoned }: Machine): string[] {
  return [...sandboxes.filter(({ leftover }) => leftover).map(({ name }) => name), ...abandoned];
}

/** `850 MiB`, `1.5 GiB`. */
export function size(mib: number): string {
  return mib < 1000 ? `${Math.round(mib)} MiB` : `${(mib / 1024).toFixed(1)} GiB`;
}
