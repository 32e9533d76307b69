/** A world as a map: networks, hosts, field systems; a host opens what can be done with it. */
import {
  Controls,
  ReactFlow,
  type Edge,
  type Node,
  type FitViewOptions,
  type NodeMouseHandler,
  useReactFlow,
  useStore,
} from "@xyflow/react";
import "@xyflow/react/dist/base.css";
import { useEffect, useMemo, useRef, useState, type ReactElement, type ReactNode } from "react";
import { useNarrow } from "#/components/narrow";
import { useTranslation } from "#/language";
import type { HostState } from "#/models/run";
import { graph, oriented, type Topology, type TopologyEdge } from "#/models/topology";
import { layout, sizes, type Layout } from "./layout";
import { EDGE_TYPES, type RouteData } from "./RoutedEdge";
import { NODE_TYPES, type MapNodeData } from "./nodes";
import { Waiting } from "../Waiting";
import css from "./TopologyMap.module.css";

interface TopologyMapProps {
  topology: Topology;
  /** Live states by host; hosts without one show what the topology said. */
  hosts?: readonly HostState[];
  /** What opens at a click on a host. */
  panel?: (host: string, close: () => void) => ReactNode;
  /** For walls: no controls, no reaction. */
  still?: boolean;
}

/** Room below the map for the name of the library that draws it. */
const BELOW = "24px";
const FIT = {
  still: { padding: { x: 0.03, top: 0.03, bottom: BELOW }, maxZoom: 4 },
  moving: { padding: { x: 0.06, top: 0.06, bottom: BELOW }, maxZoom: 1.35 },
} as const satisfies Record<string, FitViewOptions>;

export default function TopologyMap(props: TopologyMapProps): ReactElement {
  const { topology, hosts, panel, still = false } = props;
  const { t } = useTranslation();
  const narrow = useNarrow();
  const laid = useLayout(topology, narrow);
  const moved = useRef(false);
  const fit = still ? FIT.still : FIT.moving;
  const move = (own: boolean): void => {
    moved.current = own;
  };
  const nodes = useMemo(
    () => (laid ? mapNodes(topology, hosts, laid, narrow, panel) : []),
    [topology, hosts, laid, narrow, panel],
  );
  const edges = useMemo(() => (laid ? mapEdges(topology, laid) : []), [topology, laid]);
  if (!laid) return <Waiting />;
  return (
    <ReactFlow
      className={css.map ?? ""}
      nodes={nodes}
      edges={edges}
      nodeTypes={NODE_TYPES}
      edgeTypes={EDGE_TYPES}
      fitView
      fitViewOptions={fit}
      onMoveStart={(event) => move(moved.current || event !== null)}
      data-wall={still}
      data-narrow={narrow}
      minZoom={0.25}
      maxZoom={4}
      nodesDraggable={false}
      nodesConnectable={false}
      nodesFocusable={false}
      edgesFocusable={false}
      elementsSelectable={!still}
      panOnDrag={!still}
      zoomOnScroll={!still}
      preventScrolling={!still}
      onNodeClick={IGNORE}
      ariaLabelConfig={{
        "controls.zoomIn.ariaLabel": t("host.zoomIn"),
        "controls.zoomOut.ariaLabel": t("host.zoomOut"),
        "controls.fitView.ariaLabel": t("host.fit"),
      }}
    >
      <Fitted moved={moved} fit={fit} />
      {still ? null : (
        <Controls
          showInteractive={false}
          position={narrow ? "top-right" : "bottom-left"}
          fitViewOptions={fit}
          onZoomIn={() => move(true)}
          onZoomOut={() => move(true)}
          onFitView={() => move(false)}
        />
      )}
    </ReactFlow>
  );
}

interface FittedProps {
  /** Whether a person has moved the map: then it stays as it was put. */
  moved: { readonly current: boolean };
  fit: FitViewOptions;
}

/** Keeps all of the map in sight when its place gets another size. */
function Fitted({ moved, fit }: FittedProps): null {
  const width = useStore((state) => state.width);
  const height = useStore((state) => state.height);
  const { fitView } = useReactFlow();
  useEffect(() => {
    if (!moved.current && width > 0 && height > 0) void fitView(fit);
  }, [width, height, moved, fit, fitView]);
  return null;
}

/** Nodes take clicks themselves, but the map must not swallow them. */
const IGNORE: NodeMouseHandler = () => undefined;

function useLayout(topology: Topology, narrow: boolean): Layout | null {
  const [laid, setLaid] = useState<Layout | null>(null);
  useEffect(() => {
    let wanted = true;
    const { nodes, edges } = graph(topology);
    void layout(nodes, edges, narrow).then((found) => {
      if (wanted) setLaid(found);
    });
    return () => {
      wanted = false;
    };
  }, [topology, narrow]);
  return laid;
}

function mapNodes(
  topology: Topology,
  hosts: readonly HostState[] | undefined,
  laid: Layout,
  narrow: boolean,
  panel: TopologyMapProps["panel"],
): Node<MapNodeData>[] {
  return graph(topology).nodes.map(({ id, kind, name }) => ({
    id,
    type: kind,
    position: laid.places.get(id) ?? { x: 0, y: 0 },
    ...sizes(narrow)[kind],
    data: {
      network: topology.networks.find((each) => each.name === name),
      host: topology.hosts.find((each) => each.name === name),
      system: topology.systems.find((each) => each.name === name),
      state: hosts?.find((each) => each.name === name),
      panel,
    },
  }));
}

function mapEdges(topology: Topology, laid: Layout): Edge<RouteData>[] {
  const { nodes, edges } = graph(topology);
  return oriented(nodes, edges).map((each) => ({
    id: each.id,
    source: each.from,
    target: each.to,
    type: "routed",
    data: { corners: laid.routes.get(each.id) ?? [] },
    className: edgeClass(each),
    focusable: false,
  }));
}

function edgeClass({ kind }: TopologyEdge): string {
  return css[kind] ?? "";
}
