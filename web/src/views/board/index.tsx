/**
 * The big screen: who stands where, the leader's world, its physics, what happens now.
 *
 * A view without controls, always dark, sized by the wall that it hangs on.
 */
import { Spin } from "antd";
import { lazy, Suspense, useMemo, type ReactElement } from "react";
import { useParams } from "react-router";
import { ConnectionBadge } from "#/components/ConnectionBadge";
import { Failed } from "#/components/Failed";
import { EntryList } from "#/components/Timeline";
import { useDrawn } from "#/components/ValueBoard";
import { useTranslation } from "#/language";
import { boardProjection, type Board } from "#/models/exercise";
import { worthShowing } from "#/models/journal";
import { lively } from "#/models/points";
import { runProjection, type RunLive } from "#/models/runLive";
import { ThemeContext, useTheme } from "#/theme";
import { useLive, useQuery } from "#/transport/hooks";
import * as portal from "#/transport/portal";
import css from "./board.module.css";
import { Places } from "./Places";

const TopologyMap = lazy(() => import("#/components/topology/TopologyMap"));
const PointChart = lazy(() => import("#/components/charts/PointChart"));

/** Latest events that fit beside the map. */
const SHOWN = 7;

export function Component(): ReactElement {
  const { exercise: id = "" } = useParams();
  const { choice, choose } = useTheme();
  const live = useLive(`board:${id}`, boardProjection);
  const asked = useQuery({ queryKey: ["board", id], queryFn: () => portal.board(id) });
  const board = live.value ?? asked.data;
  if (asked.error && !board) return <Failed error={asked.error} />;
  if (!board) return <Spin fullscreen />;
  return (
    <ThemeContext value={{ choice, choose, shade: "dark" }}>
      <main className={css.wall} data-theme="dark">
        <header className={css.head}>
          <h1>{board.title}</h1>
          <ConnectionBadge connection={live.connection} />
        </header>
        <Places board={board} />
        <Leader board={board} />
      </main>
    </ThemeContext>
  );
}

/** The world of whoever leads, for those who may see it; the places alone for others. */
function Leader({ board }: { board: Board }): ReactElement | null {
  const first = board.rows[0]?.run;
  const asked = useQuery({
    queryKey: ["run", first],
    queryFn: () => portal.run(first ?? ""),
    enabled: first !== undefined,
    retry: false,
  });
  return first !== undefined && asked.data ? <Followed key={first} run={first} /> : null;
}

function Followed({ run }: { run: string }): ReactElement | null {
  const { t } = useTranslation();
  const { value } = useLive(`run:${run}`, runProjection);
  const topology = useQuery({
    queryKey: ["run", run, "topology", value?.run.epoch],
    queryFn: () => portal.runTopology(run),
    staleTime: Infinity,
  });
  if (!value) return null;
  const entries = value.run.timeline.filter(worthShowing).slice(-SHOWN).toReversed();
  return (
    <>
      <section className={css.world}>
        <h2>
          {t("board.world")} <span>{value.run.learner}</span>
        </h2>
        <div className={css.map}>
          <Suspense>
            {topology.data ? (
              <TopologyMap topology={topology.data} hosts={value.run.hosts} still />
            ) : null}
          </Suspense>
        </div>
      </section>
      <Physics live={value} />
      <section className={css.events}>
        <h2>{t("board.happening")}</h2>
        <EntryList entries={entries} />
      </section>
    </>
  );
}

function Physics({ live }: { live: RunLive }): ReactElement | null {
  const { t } = useTranslation();
  const { run, samples } = live;
  const drawn = useDrawn();
  const points = useQuery({
    queryKey: ["run", run.id, "points", run.epoch],
    queryFn: () => portal.points(run.id),
    staleTime: Infinity,
  });
  const chosen = useMemo(() => {
    const known = points.data ?? [];
    const names = lively(known, samples).slice(0, 2);
    return known.filter((point) => names.includes(point.name));
  }, [points.data, samples]);
  if (chosen.length === 0) return null;
  return (
    <section className={css.physics}>
      <h2>{t("board.physics")}</h2>
      <Suspense>
        {chosen.map((point) => (
          <PointChart
            key={point.name}
            unit={point.unit}
            points={[drawn(point)]}
            samples={samples}
            height={120}
          />
        ))}
      </Suspense>
    </section>
  );
}
