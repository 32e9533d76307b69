/** What the world measures. */
import { useMemo, type ReactElement } from "react";
import { Failed } from "#/components/Failed";
import { ValueBoard } from "#/components/ValueBoard";
import { joined, samplesOf, type Sample } from "#/models/points";
import type { Run } from "#/models/run";
import { useQuery } from "#/transport/hooks";
import * as portal from "#/transport/portal";

/** Most of a journal is samples, one a second: so many events reach back for some minutes. */
const SHOWN_EVENTS = 1200;

interface ValuesPartProps {
  run: Run;
  samples: readonly Sample[];
}

export default function ValuesPart({ run, samples }: ValuesPartProps): ReactElement {
  const points = useQuery({
    queryKey: ["run", run.id, "points", run.epoch],
    queryFn: () => portal.points(run.id),
    staleTime: Infinity,
  });
  const past = useQuery({
    queryKey: ["run", run.id, "samples", run.epoch],
    queryFn: async () => {
      const last = run.timeline.at(-1)?.sequence ?? 0;
      const entries = await portal.events(run.id, ["points.sampled"], last - SHOWN_EVENTS);
      return samplesOf(entries.filter((entry) => entry.epoch === run.epoch));
    },
    staleTime: Infinity,
  });
  const all = useMemo(() => joined(past.data ?? [], samples), [past.data, samples]);
  if (points.error) return <Failed error={points.error} onRetry={() => void points.refetch()} />;
  return <ValueBoard points={points.data ?? []} samples={all} />;
}
