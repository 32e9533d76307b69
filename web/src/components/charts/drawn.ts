/** A point as a chart has it; apart from the charts, for who draws without them. */
import { useText } from "#/language";
import type { Point } from "#/models/points";

export interface Drawn {
  name: string;
  title: string;
}

/** How a point is called in a legend: its system and its title. */
export function useDrawn(): (point: Point) => Drawn {
  const text = useText();
  return ({ name, system, title }) => ({ name, title: `${system} · ${text(title) || name}` });
}
