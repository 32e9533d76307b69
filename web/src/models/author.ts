/** The author's desk: which files are open, what is not saved, what a strict reader says. */
import * as v from "valibot";
import { replacing } from "./live";
import { textModel } from "./text";
import { topologyModel } from "./topology";

export const SCENARIO = "scenario.yaml";

export const packFilesModel = v.array(
  v.object({ path: v.string(), size: v.number(), text: v.boolean() }),
);
export type PackFile = v.InferOutput<typeof packFilesModel>[number];

export const fileModel = v.object({ path: v.string(), text: v.string(), digest: v.string() });
export type FileContent = v.InferOutput<typeof fileModel>;

const findingModel = v.object({
  path: v.string(),
  line: v.number(),
  column: v.number(),
  where: v.string(),
  message: textModel,
  remedy: textModel,
  severity: v.string(),
});
export type Finding = v.InferOutput<typeof findingModel>;

const changeModel = v.object({
  part: v.string(),
  name: v.string(),
  kind: v.string(),
  before: v.string(),
  after: v.string(),
});
export type PlanChange = v.InferOutput<typeof changeModel>;

export const readingModel = v.object({
  findings: v.array(findingModel),
  topology: v.nullable(topologyModel),
  plan: v.nullable(v.string()),
  since_saved: v.nullable(v.array(changeModel)),
  since_verified: v.nullable(v.array(changeModel)),
});
export type Reading = v.InferOutput<typeof readingModel>;

// ---- files that are open ----------------------------------------------------------------

export interface Buffer {
  readonly text: string;
  readonly saved: string;
  /** Digest of what was saved; `null`: the file is new. */
  readonly base: string | null;
}
export type Desk = ReadonlyMap<string, Buffer>;

/** A file was read or saved. What was typed meanwhile stays. */
export function taken(desk: Desk, { path, text, digest }: FileContent): Desk {
  const open = desk.get(path);
  const typed = open && open.text !== open.saved && open.text !== text ? open.text : text;
  return new Map(desk).set(path, { text: typed, saved: text, base: digest });
}

export function edited(desk: Desk, path: string, text: string): Desk {
  const open = desk.get(path);
  return open ? new Map(desk).set(path, { ...open, text }) : desk;
}

/** A file that the pack does not have yet. */
export function created(desk: Desk, path: string): Desk {
  return desk.has(path) ? desk : new Map(desk).set(path, { text: "", saved: "", base: null });
}

export function closed(desk: Desk, path: string): Desk {
  const rest = new Map(desk);
  rest.delete(path);
  return rest;
}

/** Paths whose text is not what is saved, in the order in which they were opened. */
export function unsaved(desk: Desk): string[] {
  return [...desk].filter(([, each]) => each.text !== each.saved || each.base === null).map(([path]) => path);
}

/** What the portal is to read instead of the saved files. */
export function draft(desk: Desk): Record<string, string> {
  return Object.fromEntries(unsaved(desk).map((path) => [path, desk.get(path)?.text ?? ""]));
}

/** Changes in the plan's order, by part. */
export function byPart(changes: readonly PlanChange[]): Map<string, PlanChange[]> {
  return Map.groupBy(changes, ({ part }) => part);
}

// ---- proof ------------------------------------------------------------------------------

const checkModel = v.object({
  name: v.string(),
  title: textModel,
  ok: v.boolean(),
  reason: textModel,
  evidence: textModel,
  duration_s: v.number(),
});
export type Check = v.InferOutput<typeof checkModel>;

export const verificationModel = v.object({
  pack: v.string(),
  state: v.string(),
  reason: textModel,
  by: v.string(),
  started_at: v.nullable(v.string()),
  ended_at: v.nullable(v.string()),
  expected: v.array(v.string()),
  checks: v.array(checkModel),
  current: v.boolean(),
});
export type Verification = v.InferOutput<typeof verificationModel>;
export const verificationProjection = replacing(verificationModel);

export function underWay({ state }: Verification): boolean {
  return state === "queued" || state === "running";
}

export interface Line {
  name: string;
  check: Check | null;
}

/** All checks in the report's order; those that are not done yet have no result. */
export function lines({ expected, checks }: Verification): Line[] {
  const done = new Map(checks.map((check) => [check.name, check]));
  const further = checks.map(({ name }) => name).filter((name) => !expected.includes(name));
  return [...expected, ...further].map((name) => ({ name, check: done.get(name) ?? null }));
}
