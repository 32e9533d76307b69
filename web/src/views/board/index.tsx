/** The big screen of an exercise: live, or with `?replay=10` its recording at ten times its pace. */
import { Spin } from "antd";
import type { ReactElement } from "react";
import { useParams, useSearchParams } from "react-router";
import { Failed } from "#/components/Failed";
import { useQuery } from "#/transport/hooks";
import { exerciseRecording } from "#/transport/records";
import { LiveWall } from "./LiveWall";
import { ReplayWall } from "./ReplayWall";
import { speedOf } from "./speed";

export function Component(): ReactElement {
  const { exercise = "" } = useParams();
  const [search] = useSearchParams();
  const replay = search.get("replay");
  if (replay === null) return <LiveWall exercise={exercise} />;
  return <Replayed exercise={exercise} speed={speedOf(replay)} />;
}

function Replayed({ exercise, speed }: { exercise: string; speed: number }): ReactElement {
  const recording = useQuery({
    queryKey: ["recording", exercise],
    queryFn: () => exerciseRecording(exercise),
    staleTime: Infinity,
  });
  if (recording.error) return <Failed error={recording.error} />;
  if (!recording.data) return <Spin fullscreen />;
  return <ReplayWall recording={recording.data} speed={speed} />;
}
