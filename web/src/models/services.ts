/** Hosts and their services over a run's clock, as the journal tells it. */
import type { Entry } from "./journal";
import type { HostState } from "./run";
import type { Topology } from "./topology";

export type ServiceState = "up" | "down" | "frozen" | "reset";

/** A stretch of the clock in which something was in one state. */
export interface Span {
  from_s: number;
  to_s: number;
  state: ServiceState;
}

export interface ServiceLane {
  /** `host/service`, or `host` for what happened to the host itself. */
  name: string;
  spans: Span[];
}

const RESET_S = 1;
/** A reset takes less than a second: a mark as long as that is still seen. */

/** The services that the journal speaks of, each with its stretches; those that failed first. */
export function serviceLanes(entries: readonly Entry[], end_s: number): ServiceLane[] {
  const told = Map.groupBy(entries.filter(aboutService), ({ subject }) => subject);
  const lanes = [...told].map(([name, about]) => ({ name, spans: spansOf(about, end_s) }));
  const hosts = Map.groupBy(entries.filter(aboutHost), ({ subject }) => subject);
  const resets = [...hosts].map(([name, about]) => ({ name, spans: about.map(resetSpan) }));
  return [...lanes, ...resets].toSorted(
    (a, b) => trouble(b) - trouble(a) || a.name.localeCompare(b.name),
  );
}

function aboutService({ kind }: Entry): boolean {
  return kind === "service.up" || kind === "service.down";
}

function aboutHost({ kind }: Entry): boolean {
  return kind === "host.reset" || kind === "host.failed";
}

function resetSpan({ kind, sandbox_time_s: from_s }: Entry): Span {
  return { from_s, to_s: from_s + RESET_S, state: kind === "host.failed" ? "down" : "reset" };
}

function spansOf(about: readonly Entry[], end_s: number): Span[] {
  return about.map((entry, at) => ({
    from_s: entry.sandbox_time_s,
    to_s: about[at + 1]?.sandbox_time_s ?? end_s,
    state: entry.kind === "service.up" ? "up" : "down",
  }));
}

function trouble({ spans }: ServiceLane): number {
  return spans.filter(({ state }) => state !== "up").length;
}

/** The hosts as they were at a moment. */
export function hostsAt(topology: Topology, entries: readonly Entry[], now: number): HostState[] {
  const before = entries.filter(({ sandbox_time_s }) => sandbox_time_s <= now);
  const frozen = before.findLast(({ kind }) => kind.startsWith("sandbox."))?.kind === "sandbox.paused";
  const services = new Map<string, Record<string, string>>();
  for (const { kind, subject } of before.filter(aboutService)) {
    const [host = "", service = ""] = subject.split("/");
    services.set(host, { ...services.get(host), [service]: kind === "service.up" ? "up" : "down" });
  }
  return topology.hosts.map(({ name }) => {
    const own = services.get(name) ?? {};
    const down = Object.values(own).includes("down");
    const state = frozen ? "frozen" : down ? "degraded" : "up";
    return { name, state, generation: 0, processes: 0, memory_kib: 0, services: own };
  });
}
