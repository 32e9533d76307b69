/** The playhead of a replay. */
import { useEffect, useRef, useState } from "react";
import { played } from "#/models/clock";

export const SPEEDS = [1, 2, 5, 10, 30, 60];

export interface Replay {
  now: number;
  playing: boolean;
  speed: number;
  toggle: () => void;
  seek: (now: number) => void;
  setSpeed: (speed: number) => void;
}

/** Drawn as often: smooth enough to follow, cheap enough for many lanes. */
const FRAME_MS = 100;

export function useReplay(end: number): Replay {
  const [now, setNow] = useState(end);
  const [playing, setPlaying] = useState(false);
  const [speed, setSpeed] = useState(10);
  const last = useRef(0);
  useEffect(() => {
    if (!playing) return undefined;
    last.current = performance.now();
    const timer = setInterval(() => {
      const at = performance.now();
      const elapsed = at - last.current;
      last.current = at;
      setNow((moment) => played(moment, elapsed, speed, end));
    }, FRAME_MS);
    return () => clearInterval(timer);
  }, [playing, speed, end]);
  const running = playing && now < end;
  const toggle = (): void => {
    if (!running && now >= end) setNow(0);
    setPlaying(!running);
  };
  return { now, playing: running, speed, toggle, seek: setNow, setSpeed };
}
