/**
 * Places a topology's nodes in layers, from the first network inwards, with ELK.
 *
 * ELK runs in a worker and is loaded when the first map is drawn: it is larger than the rest
 * of the interface together.
 */
import Elk, { type ELK, type ElkExtendedEdge } from "elkjs/lib/elk-api.js";
import workerAddress from "elkjs/lib/elk-worker.min.js?url";
import { oriented, type NodeKind, type TopologyEdge, type TopologyNode } from "#/models/topology";

export interface Place {
  x: number;
  y: number;
}

export interface Layout {
  places: Map<string, Place>;
  /** Corners of each edge, from its start to its end. */
  routes: Map<string, Place[]>;
}

type Sizes = Record<NodeKind, { width: number; height: number }>;

/** Width and height of each kind of node, in pixels at zoom 1. */
const ROOMY: Sizes = {
  network: { width: 250, height: 34 },
  host: { width: 154, height: 52 },
  router: { width: 206, height: 52 },
  system: { width: 168, height: 48 },
};
/** On a phone: as narrow as names and addresses allow, one address a line. */
const NARROW: Sizes = {
  network: { width: 210, height: 34 },
  host: { width: 122, height: 52 },
  router: { width: 122, height: 66 },
  system: { width: 150, height: 48 },
};

export const sizes = (narrow: boolean): Sizes => (narrow ? NARROW : ROOMY);

const OPTIONS = {
  "elk.algorithm": "layered",
  "elk.direction": "DOWN",
  "elk.layered.spacing.nodeNodeBetweenLayers": "28",
  "elk.layered.nodePlacement.strategy": "SIMPLE", // centred: the narrowest, so the largest on a screen
  "elk.layered.considerModelOrder.strategy": "NODES_AND_EDGES",
  "elk.layered.considerModelOrder.components": "FORCE_MODEL_ORDER",
  "elk.edgeRouting": "ORTHOGONAL",
  "elk.spacing.edgeEdge": "10",
  "elk.spacing.componentComponent": "56",
};

let engine: ELK | undefined;

function elk(): ELK {
  engine ??= new Elk({ workerFactory: () => new Worker(workerAddress) });
  return engine;
}

export async function layout(
  nodes: readonly TopologyNode[],
  edges: readonly TopologyEdge[],
  narrow: boolean,
): Promise<Layout> {
  const shape = narrow
    ? { "elk.spacing.nodeNode": "10", "elk.aspectRatio": "0.8" }
    : { "elk.spacing.nodeNode": "18", "elk.aspectRatio": "2.2" };
  const laid = await elk().layout({
    id: "root",
    layoutOptions: { ...OPTIONS, ...shape },
    children: nodes.map(({ id, kind }) => ({ id, ...sizes(narrow)[kind] })),
    edges: oriented(nodes, edges).map(({ id, from, to }) => ({ id, sources: [from], targets: [to] })),
  });
  return {
    places: new Map((laid.children ?? []).map(({ id, x = 0, y = 0 }) => [id, { x, y }])),
    routes: new Map(laid.edges.map((edge) => [edge.id, corners(edge)])),
  };
}

function corners({ sections = [] }: ElkExtendedEdge): Place[] {
  return sections.flatMap(({ startPoint, bendPoints = [], endPoint }) => [
    startPoint,
    ...bendPoints,
    endPoint,
  ]);
}
