/** The big screen of an exercise that runs now. */
import { Spin } from "antd";
import type { ReactElement } from "react";
import { ConnectionBadge } from "#/components/ConnectionBadge";
import { Failed } from "#/components/Failed";
import { boardProjection, type Board } from "#/models/exercise";
import type { Connection } from "#/models/live";
import { runProjection } from "#/models/runLive";
import { useLive, useQuery } from "#/transport/hooks";
import * as portal from "#/transport/portal";
import { Wall } from "./Wall";

export function LiveWall({ exercise }: { exercise: string }): ReactElement {
  const live = useLive(`board:${exercise}`, boardProjection);
  const asked = useQuery({ queryKey: ["board", exercise], queryFn: () => portal.board(exercise) });
  const board = live.value ?? asked.data;
  const first = board?.rows[0]?.run;
  const seen = useQuery({
    queryKey: ["run", first],
    queryFn: () => portal.run(first ?? ""),
    enabled: first !== undefined,
    retry: false,
  });
  if (asked.error && !board) return <Failed error={asked.error} />;
  if (!board) return <Spin fullscreen />;
  if (first === undefined || !seen.data) {
    return <Wall board={board} leader={null} badge={<ConnectionBadge connection={live.connection} />} />;
  }
  return <Followed key={first} board={board} run={first} connection={live.connection} />;
}

interface FollowedProps {
  board: Board;
  run: string;
  connection: Connection;
}

function Followed({ board, run, connection }: FollowedProps): ReactElement {
  const { value } = useLive(`run:${run}`, runProjection);
  const epoch = value?.run.epoch;
  const topology = useQuery({
    queryKey: ["run", run, "topology", epoch],
    queryFn: () => portal.runTopology(run),
    staleTime: Infinity,
  });
  // A world that has just begun has no points yet: they are asked for with its first sample.
  const sampled = (value?.samples.length ?? 0) > 1;
  const points = useQuery({
    queryKey: ["run", run, "points", epoch, sampled],
    queryFn: () => portal.points(run),
    staleTime: Infinity,
  });
  const leader = value && { live: value, topology: topology.data, points: points.data ?? [] };
  return <Wall board={board} leader={leader} badge={<ConnectionBadge connection={connection} />} />;
}
