/** An edge along the corners that the layout gave it, with rounded turns. */
import { BaseEdge, type Edge, type EdgeProps, type EdgeTypes } from "@xyflow/react";
import type { ReactElement } from "react";
import type { Place } from "./layout";

export interface RouteData extends Record<string, unknown> {
  corners: readonly Place[];
}

const RADIUS = 6;

/** An SVG path through corners; each turn is a quadratic curve of at most `RADIUS`. */
export function rounded(corners: readonly Place[]): string {
  const [start, ...rest] = corners;
  if (!start) return "";
  const parts = rest.map((corner, at) => {
    const next = rest[at + 1];
    if (!next) return `L${corner.x} ${corner.y}`;
    const into = towards(corner, corners[at] ?? start);
    const out = towards(corner, next);
    return `L${into.x} ${into.y} Q${corner.x} ${corner.y} ${out.x} ${out.y}`;
  });
  return [`M${start.x} ${start.y}`, ...parts].join(" ");
}

/** The point at most `RADIUS` away from `from`, half the way at most. */
function towards(from: Place, to: Place): Place {
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  const share = length === 0 ? 0 : Math.min(RADIUS, length / 2) / length;
  return { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share };
}

function RoutedEdge({ data }: EdgeProps<Edge<RouteData>>): ReactElement {
  return <BaseEdge path={rounded(data?.corners ?? [])} />;
}

export const EDGE_TYPES: EdgeTypes = { routed: RoutedEdge };
