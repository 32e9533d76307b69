/** Everything that the portal kept of a run, or of all runs of an exercise, asked for at once. */
import { castFrom } from "#/models/cast";
import type { Entry } from "#/models/journal";
import { samplesOf, type Point } from "#/models/points";
import type { Kept } from "#/models/record";
import { recordingOf, type Recording } from "#/models/recording";
import * as portal from "./portal";

/** What is kept of a run. Without `casts`, terminals are left out. */
export async function kept(id: string, casts = true): Promise<Kept> {
  const [run, entries, sampled, topology, sessions] = await Promise.all([
    portal.run(id),
    portal.events(id),
    portal.events(id, ["points.sampled"]),
    portal.runTopology(id),
    casts ? portal.terminals(id) : [],
  ]);
  const points = await portal.points(id).catch(() => named(sampled));
  const read = sessions.map(async (session) => ({
    session,
    cast: castFrom(await portal.recording(id, session.session)),
  }));
  return { run, entries, sampled, points, topology, casts: await Promise.all(read) };
}

/** Points without their titles and units, from the last sample. */
function named(sampled: readonly Entry[]): Point[] {
  const last = samplesOf(sampled.slice(-1))[0]?.values ?? {};
  return Object.entries(last).map(([name, value]) => {
    const system = name.split(".")[0] ?? name;
    return { name, system, unit: "", title: name, value, low: null, high: null };
  });
}

/** An exercise as a recording; of those of its runs that have started. */
export async function exerciseRecording(id: string): Promise<Recording> {
  const [exercise, board] = await Promise.all([portal.exercise(id), portal.board(id)]);
  const begun = exercise.runs.filter(({ started_at }) => started_at !== null);
  const all = await Promise.all(begun.map((run) => kept(run.id, false)));
  return recordingOf(exercise, board, all);
}
