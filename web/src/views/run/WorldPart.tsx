/** The map of a run's world; a host opens its panel. */
import { lazy, Suspense, useCallback, useEffect, type ReactElement } from "react";
import { Failed } from "#/components/Failed";
import { HostPanel, type HostActions } from "#/components/HostPanel";
import { Waiting } from "#/components/Waiting";
import { useTranslation } from "#/language";
import { alive, type Run } from "#/models/run";
import { useReset } from "#/shell/reset";
import { useQuery } from "#/transport/hooks";
import * as portal from "#/transport/portal";
import type { PartProps } from "./part";
import css from "./run.module.css";

const loadMap = () => import("#/components/topology/TopologyMap");
const TopologyMap = lazy(loadMap);

/** The world as a graph. It only changes when the run does, states come with the run. */
export function useTopology({ id, epoch, state }: Run) {
  return useQuery({
    queryKey: ["run", id, "topology", epoch],
    queryFn: () => portal.runTopology(id),
    staleTime: Infinity,
    enabled: state === "running" || state === "paused",
  });
}

type WorldPartProps = PartProps & Omit<HostActions, "onReset">;

export function WorldPart({ run, still, onTerminal, onScreen }: WorldPartProps): ReactElement {
  const topology = useTopology(run);
  const askReset = useReset();
  // The map comes while its topology is being asked for.
  useEffect(() => void loadMap(), []);
  const panel = useCallback(
    (name: string, close: () => void) => {
      const host = topology.data?.hosts.find((each) => each.name === name);
      const closing =
        <T extends string[]>(action: (...given: T) => void) =>
        (...given: T) => {
          close();
          action(...given);
        };
      return host ? (
        <HostPanel
          host={host}
          state={run.hosts.find((each) => each.name === name)}
          disabled={still}
          onTerminal={closing(onTerminal)}
          onScreen={closing(onScreen)}
          onReset={closing(() => askReset(run.id, host))}
        />
      ) : null;
    },
    [topology.data, run.id, run.hosts, still, onTerminal, onScreen, askReset],
  );
  if (topology.error) {
    return <Failed error={topology.error} onRetry={() => void topology.refetch()} />;
  }
  if (!topology.data) return <NoWorld run={run} />;
  return (
    <Suspense fallback={<Waiting />}>
      <TopologyMap topology={topology.data} hosts={run.hosts} panel={panel} />
    </Suspense>
  );
}

/** Nothing to draw: the world is on its way, or it has been. */
function NoWorld({ run }: { run: Run }): ReactElement {
  const { t } = useTranslation();
  if (!alive(run)) return <p className={css.absent}>{t("run.over")}</p>;
  return (
    <div className={css.absent}>
      {run.state === "queued" ? null : <Waiting />}
      <p>{t("run.notYet")}</p>
    </div>
  );
}
