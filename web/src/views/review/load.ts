/** Everything that the portal kept of a run, asked for at once. */
import { castFrom } from "#/models/cast";
import type { Entry } from "#/models/journal";
import { samplesOf, type Point } from "#/models/points";
import { recordFrom, type RunRecord } from "#/models/record";
import { useQuery } from "#/transport/hooks";
import * as portal from "#/transport/portal";

export async function loadRecord(id: string): Promise<RunRecord> {
  const [run, entries, sampled, topology, sessions] = await Promise.all([
    portal.run(id),
    portal.events(id),
    portal.events(id, ["points.sampled"]),
    portal.runTopology(id),
    portal.terminals(id),
  ]);
  const points = await portal.points(id).catch(() => named(sampled));
  const casts = await Promise.all(
    sessions.map(async (session) => ({
      session,
      cast: castFrom(await portal.recording(id, session.session)),
    })),
  );
  return recordFrom({ run, entries, sampled, points, topology, casts });
}

/** Points without their titles and units, from the last sample. */
function named(sampled: readonly Entry[]): Point[] {
  const last = samplesOf(sampled.slice(-1))[0]?.values ?? {};
  return Object.entries(last).map(([name, value]) => {
    const system = name.split(".")[0] ?? name;
    return { name, system, unit: "", title: name, value, low: null, high: null };
  });
}

/** The record of a run; of none without an id. */
export function useRecord(id: string | null) {
  return useQuery({
    queryKey: ["record", id],
    queryFn: () => loadRecord(id ?? ""),
    enabled: id !== null,
    staleTime: 60_000,
  });
}
