/** The big screen of a recording: played from its start to its end, over and over. */
import { Spin } from "antd";
import { useEffect, useMemo, useState, type ReactElement } from "react";
import * as v from "valibot";
import { useTranslation } from "#/language";
import { boardProjection, type Board } from "#/models/exercise";
import { starting, type Projection } from "#/models/live";
import { pointsModel } from "#/models/points";
import { follow, span, topicOf, type Followed, type Recording } from "#/models/recording";
import { runProjection } from "#/models/runLive";
import { topologyModel } from "#/models/topology";
import css from "./board.module.css";
import { Wall, type Leader } from "./Wall";

const FRAME_MS = 500;
/** Real seconds that the end stays on the wall. */
const REST_S = 15;

interface ReplayWallProps {
  recording: Recording;
  /** Seconds of the recording a second. */
  speed: number;
}

export function ReplayWall({ recording, speed }: ReplayWallProps): ReactElement {
  const { t } = useTranslation();
  const wall_s = useWallClock(recording, speed);
  const board = useFollowed(recording, topicOf(recording, "board"), boardProjection, wall_s);
  if (!board) return <Spin fullscreen />;
  const badge = (
    <span className={css.badge} role="status">
      {t("board.recording", { speed })}
    </span>
  );
  const first = board.rows[0]?.run;
  return <Led key={first} recording={recording} board={board} run={first} wall_s={wall_s} badge={badge} />;
}

interface LedProps {
  recording: Recording;
  board: Board;
  run: string | undefined;
  wall_s: number;
  badge: ReactElement;
}

function Led({ recording, board, run, wall_s, badge }: LedProps): ReactElement {
  const live = useFollowed(recording, `run:${run}`, runProjection, wall_s);
  const known = useMemo(() => {
    const { answers } = recording;
    const topology = v.safeParse(topologyModel, answers[`/api/runs/${run}/topology`]);
    const points = v.safeParse(pointsModel, answers[`/api/runs/${run}/points`]);
    return {
      topology: topology.success ? topology.output : undefined,
      points: points.success ? points.output : [],
    };
  }, [recording, run]);
  const leader: Leader | null = live && { live, ...known };
  return <Wall board={board} leader={leader} badge={badge} />;
}

/** Unix time in the recording, as the replay goes on. */
function useWallClock(recording: Recording, speed: number): number {
  const [from, to] = useMemo(() => span(recording), [recording]);
  const [wall_s, setWall] = useState(from);
  useEffect(() => {
    const began = performance.now();
    const length = (to - from) / speed + REST_S;
    const timer = setInterval(() => {
      const elapsed = ((performance.now() - began) / 1000) % length;
      setWall(Math.min(to, from + elapsed * speed));
    }, FRAME_MS);
    return () => clearInterval(timer);
  }, [from, to, speed]);
  return wall_s;
}

/** A topic's value at a moment of the recording. */
function useFollowed<S>(
  { streams }: Recording,
  topic: string | undefined,
  projection: Projection<S>,
  wall_s: number,
): S | null {
  const stream = (topic === undefined ? undefined : streams[topic]) ?? NONE;
  const [followed, setFollowed] = useState<Followed<S>>({ live: starting(), count: 0 });
  const next = follow(stream, projection, wall_s, followed);
  if (next !== followed) setFollowed(next);
  return next.live.value;
}

const NONE: never[] = [];
