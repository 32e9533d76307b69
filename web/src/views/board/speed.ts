/** How fast a recording is played where nothing else is said. */
const USUAL = 10;

/** The pace in an address: a number from 1 to 60. */
export function speedOf(text: string | null): number {
  const wanted = Number(text);
  return Number.isFinite(wanted) && wanted >= 1 ? Math.min(60, wanted) : USUAL;
}
