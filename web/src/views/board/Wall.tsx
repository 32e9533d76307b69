/**
 * The big screen: who stands where, the leader's world, its physics, what happens now.
 *
 * A view without controls, always dark, sized by the wall that it hangs on. Where its values
 * come from, the portal or a recording, is not its concern.
 */
import { lazy, Suspense, type ReactElement, type ReactNode } from "react";
import { useTranslation } from "#/language";
import type { Board } from "#/models/exercise";
import { clock } from "#/models/journal";
import type { Point } from "#/models/points";
import type { RunLive } from "#/models/runLive";
import type { Topology } from "#/models/topology";
import { ThemeContext, useTheme } from "#/theme";
import css from "./board.module.css";
import { Happening } from "./Happening";
import { Physics } from "./Physics";
import { Places } from "./Places";

const TopologyMap = lazy(() => import("#/components/topology/TopologyMap"));

/** The world of whoever leads, for those who may see it. */
export interface Leader {
  live: RunLive;
  topology: Topology | undefined;
  points: readonly Point[];
}

interface WallProps {
  board: Board;
  leader: Leader | null;
  /** Whether it is live, or a recording. */
  badge: ReactNode;
}

export function Wall({ board, leader, badge }: WallProps): ReactElement {
  const { t } = useTranslation();
  const { choice, choose } = useTheme();
  return (
    <ThemeContext value={{ choice, choose, shade: "dark" }}>
      <main className={css.wall} data-theme="dark" data-alone={leader === null}>
        <header className={css.head}>
          <h1>{board.title}</h1>
          {leader ? (
            <p className={css.clock}>
              <span>{t("run.clock")}</span>
              <b className="number">{clock(leader.live.run.sandbox_time_s)}</b>
            </p>
          ) : null}
          {badge}
        </header>
        <Places board={board} />
        {leader ? (
          <>
            <section className={css.world}>
              <h2>
                {t("board.world")} <span>{leader.live.run.learner}</span>
              </h2>
              <div className={css.map}>
                <Suspense>
                  {leader.topology ? (
                    <TopologyMap topology={leader.topology} hosts={leader.live.run.hosts} still />
                  ) : null}
                </Suspense>
              </div>
            </section>
            <Physics live={leader.live} points={leader.points} />
            <Happening entries={leader.live.run.timeline} tasks={board.tasks} />
          </>
        ) : null}
      </main>
    </ThemeContext>
  );
}
