/** Where a bar between two parts goes by keyboard, in hundredths of what both are part of. */
export interface BarPlace {
  readonly now: number;
  readonly min: number;
  readonly max: number;
}

/** How far an arrow key moves it. */
const STEP = 4;

/** Where a key brings a bar; null if the key means nothing to it. */
export function moved(key: string, vertical: boolean, { now, min, max }: BarPlace): number | null {
  const ways: Record<string, number> = {
    [vertical ? "ArrowUp" : "ArrowLeft"]: now - STEP,
    [vertical ? "ArrowDown" : "ArrowRight"]: now + STEP,
    Home: min,
    End: max,
  };
  const to = ways[key];
  return to === undefined ? null : Math.min(max, Math.max(min, to));
}
