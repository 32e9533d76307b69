/** One run: tasks, world, terminals, screens, values, and what has happened. */
import type { ReactElement } from "react";
import { useParams } from "react-router";
import { FailedPage } from "#/components/Failed";
import { Waiting } from "#/components/Waiting";
import { runProjection } from "#/models/runLive";
import { runQuery } from "#/shell/queries";
import { useLive, useQuery } from "#/transport/hooks";
import { RunPage } from "./RunPage";

export function Component(): ReactElement {
  const { run = "" } = useParams();
  const live = useLive(`run:${run}`, runProjection);
  // Asked for once as well: a live topic cannot tell why it is refused, an answer can.
  const asked = useQuery(runQuery(run));
  if (asked.error && !live.value) {
    return <FailedPage error={asked.error} onRetry={() => void asked.refetch()} />;
  }
  const value = live.value ?? (asked.data ? { run: asked.data, samples: [] } : null);
  if (!value) return <Waiting />;
  return <RunPage key={run} live={value} connection={live.connection} />;
}
