/** Points of the field systems: what they mean, their values now and over time. */
import * as v from "valibot";
import type { Entry } from "./journal";
import { read } from "./problem";
import { textModel } from "./text";

export const valueModel = v.union([v.boolean(), v.number(), v.string()]);
export type Value = v.InferOutput<typeof valueModel>;

const pointModel = v.object({
  name: v.string(),
  system: v.string(),
  unit: v.string(),
  title: textModel,
  value: valueModel,
  low: v.nullish(v.number(), null),
  high: v.nullish(v.number(), null),
});
export const pointsModel = v.array(pointModel);
export type Point = v.InferOutput<typeof pointModel>;

const valuesModel = v.record(v.string(), valueModel);

/** All points at one moment of the sandbox's clock. */
export interface Sample {
  readonly time_s: number;
  readonly values: Readonly<Record<string, Value>>;
}

/** Samples kept for charts: 15 minutes at one a second. */
const KEPT = 900;

/** The samples in a journal's `points.sampled` entries, oldest first. */
export function samplesOf(entries: readonly Entry[]): Sample[] {
  return entries
    .filter((entry) => entry.kind === "points.sampled")
    .map((entry) => ({ time_s: entry.sandbox_time_s, values: read(valuesModel, entry.data) }));
}

/** Adds a sample; a clock that went back (a reset world) starts anew. */
export function extend(samples: readonly Sample[], sample: Sample): Sample[] {
  const last = samples.at(-1);
  if (last && sample.time_s < last.time_s) return [sample];
  const before = last?.time_s === sample.time_s ? samples.slice(0, -1) : samples;
  return [...before.slice(-KEPT + 1), sample];
}

/** Two histories as one: where both know a moment, the later one counts. */
export function joined(older: readonly Sample[], newer: readonly Sample[]): Sample[] {
  const first = newer[0]?.time_s ?? Infinity;
  return [...older.filter((sample) => sample.time_s < first), ...newer].slice(-KEPT);
}

/** A value as a person reads it: at most four significant digits, never an exponent. */
export function shown(value: Value | null | undefined): string {
  if (value == null) return "–";
  if (typeof value !== "number") return String(value);
  if (Number.isInteger(value)) return String(value);
  const digits = Math.max(0, 3 - Math.floor(Math.log10(Math.max(1, Math.abs(value)))));
  return value.toFixed(Math.min(digits, 3));
}

/** Points that a curve can show. */
export function drawable(points: readonly Point[]): Point[] {
  return points.filter((point) => typeof point.value === "number");
}

/** Most curves that a reader can tell apart at first sight. */
const FIRST_SIGHT = 4;

/** Units of ledgers: they only rise, so they say less at first sight. */
const LEDGERS = new Set(["kWh", "min", "m³", "h", "CNY"]);

/** The measured points that moved most, relative to their size: what to look at first. */
export function lively(
  points: readonly Point[],
  samples: readonly Sample[],
  most = FIRST_SIGHT,
): string[] {
  const moved = drawable(points)
    .filter((point) => point.unit !== "" && !LEDGERS.has(point.unit))
    .map(({ name }) => ({ name, span: relativeSpan(samples, name) }));
  return moved
    .toSorted((a, b) => b.span - a.span)
    .slice(0, most)
    .map(({ name }) => name);
}

/** The liveliest point of each system, then the next ones: a look at all of the world. */
export function spread(points: readonly Point[], samples: readonly Sample[], most: number): Point[] {
  const byName = new Map(points.map((point) => [point.name, point]));
  const ordered = lively(points, samples, points.length).flatMap((name) => byName.get(name) ?? []);
  const first = [...Map.groupBy(ordered, ({ system }) => system).values()].flatMap(([best]) => best ?? []);
  return [...new Set([...first, ...ordered])].slice(0, most);
}

function relativeSpan(samples: readonly Sample[], name: string): number {
  const values = samples.map(({ values }) => values[name]).filter((v) => typeof v === "number");
  if (values.length === 0) return 0;
  const low = values.reduce((a, b) => Math.min(a, b));
  const high = values.reduce((a, b) => Math.max(a, b));
  return (high - low) / Math.max(1, Math.abs(low), Math.abs(high));
}
