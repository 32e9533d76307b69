/** Marks on a lane of a clock. */
import type { Window } from "./clock";
import type { Tone } from "./journal";

export interface Mark {
  key: string;
  time_s: number;
  tone: Tone;
  /** Told at a pointer's rest. */
  title: string;
  /** Written beside the mark, where there is room. */
  text?: string | undefined;
}

/** Share of the window below which two marks of a tone cover each other. */
const APART = 0.0012;

/** The marks that are seen in a window: of those that would cover each other, the first. */
export function thinned(marks: readonly Mark[], [low, high]: Window): Mark[] {
  const apart = APART * (high - low);
  const last = new Map<Tone, number>();
  return marks.filter(({ time_s, tone }) => {
    if (time_s < low || time_s > high) return false;
    const before = last.get(tone);
    if (before !== undefined && time_s - before < apart) return false;
    last.set(tone, time_s);
    return true;
  });
}
