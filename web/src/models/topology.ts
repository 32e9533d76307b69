/** The map of a world: networks, hosts on them, and the field systems that hosts control. */
import * as v from "valibot";
import { textModel } from "./text";

const hostModel = v.object({
  name: v.string(),
  title: textModel,
  kind: v.string(),
  ports: v.array(
    v.object({ network: v.string(), interface: v.string(), address: v.nullable(v.string()) }),
  ),
  systems: v.array(v.string()),
  users: v.array(v.string()),
  screens: v.array(v.string()),
  state: v.nullish(v.string(), null),
  generation: v.optional(v.number(), 0),
  services: v.optional(v.record(v.string(), v.string()), {}),
});

const systemModel = v.object({
  name: v.string(),
  type: v.string(),
  title: textModel,
  host: v.nullable(v.string()),
  wiring: v.record(v.string(), v.string()),
});

export const topologyModel = v.object({
  networks: v.array(v.object({ name: v.string(), title: textModel, cidr: v.string() })),
  hosts: v.array(hostModel),
  systems: v.array(systemModel),
});

export type Topology = v.InferOutput<typeof topologyModel>;
export type TopologyHost = v.InferOutput<typeof hostModel>;

export type NodeKind = "network" | "host" | "router" | "system";
export interface TopologyNode {
  id: string;
  kind: NodeKind;
  name: string;
}
export interface TopologyEdge {
  id: string;
  from: string;
  to: string;
  kind: "link" | "power";
}

/** The nodes and edges to draw. Ids carry the kind: a host and a network may share a name. */
export function graph(topology: Topology): { nodes: TopologyNode[]; edges: TopologyEdge[] } {
  const { networks, hosts, systems } = topology;
  const node = (kind: NodeKind, name: string): TopologyNode => ({
    id: `${kind === "router" ? "host" : kind}:${name}`,
    kind,
    name,
  });
  const nodes = [
    ...networks.map((each) => node("network", each.name)),
    ...balanced(hosts).map((each) => node(each.kind === "router" ? "router" : "host", each.name)),
    ...systems.map((each) => node("system", each.name)),
  ];
  return { nodes, edges: [...links(balanced(hosts)), ...wires(topology)] };
}

/** Hosts in an order that puts the way to the next network in the middle of each network. */
function balanced(hosts: readonly TopologyHost[]): TopologyHost[] {
  const byNetwork = Map.groupBy(hosts, (host) => host.ports.at(0)?.network ?? "");
  return [...byNetwork.values()].flatMap((members) => {
    const ends = members.filter((host) => host.kind !== "router");
    const ways = members.filter((host) => host.kind === "router");
    const half = Math.ceil(ends.length / 2);
    return [...ends.slice(0, half), ...ways, ...ends.slice(half)];
  });
}

function links(hosts: readonly TopologyHost[]): TopologyEdge[] {
  return hosts.flatMap((host) =>
    host.ports.map((port) => ({
      id: `${host.name}.${port.interface}`,
      from: `network:${port.network}`,
      to: `host:${host.name}`,
      kind: "link" as const,
    })),
  );
}

/** One edge for each two systems that are wired, whichever of them names the other. */
function wires({ systems }: Topology): TopologyEdge[] {
  const known = new Set(systems.map((each) => each.name));
  const pairs = systems.flatMap((each) =>
    Object.values(each.wiring)
      .filter((other) => known.has(other))
      .map((other): [string, string] => [other, each.name]),
  );
  const first = new Map(pairs.map((pair) => [pair.toSorted().join(" "), pair]));
  return [...first.values()].map(([from, to]) => ({
    id: `${from}>${to}`,
    from: `system:${from}`,
    to: `system:${to}`,
    kind: "power" as const,
  }));
}

/** The edges turned so that each leads away from the first node: layers then follow depth. */
export function oriented(
  nodes: readonly TopologyNode[],
  edges: readonly TopologyEdge[],
): TopologyEdge[] {
  const depth = depths(nodes, edges);
  const deep = (id: string): number => depth.get(id) ?? 0;
  return edges.map((each) =>
    each.kind === "link" && deep(each.from) > deep(each.to)
      ? { ...each, from: each.to, to: each.from }
      : each,
  );
}

/** Steps from the first node to each other one, over links. */
function depths(
  nodes: readonly TopologyNode[],
  edges: readonly TopologyEdge[],
): Map<string, number> {
  const found = new Map<string, number>();
  const neighbours = (id: string): string[] =>
    edges
      .filter((each) => each.kind === "link" && (each.from === id || each.to === id))
      .map((each) => (each.from === id ? each.to : each.from));
  for (const { id } of nodes) {
    if (found.has(id)) continue;
    found.set(id, 0);
    const queue = [id];
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      for (const other of neighbours(next)) {
        if (found.has(other)) continue;
        found.set(other, (found.get(next) ?? 0) + 1);
        queue.push(other);
      }
    }
  }
  return found;
}
