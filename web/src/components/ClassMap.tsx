/** A class as a map: one tile a learner, a column of the tasks inside it. */
import type { ReactElement } from "react";
import { Link } from "react-router";
import { useTranslation } from "#/language";
import { useMoments } from "#/language/moments";
import { stuck, type RunSummary } from "#/models/run";
import css from "./ClassMap.module.css";

interface ClassMapProps {
  runs: readonly RunSummary[];
  tasks: ReadonlyMap<string, string>;
}

export function ClassMap({ runs, tasks }: ClassMapProps): ReactElement {
  const { t } = useTranslation();
  const moments = useMoments();
  return (
    <ul className={css.map}>
      {runs.map((run) => (
        <li key={run.id} data-state={run.state} data-stuck={stuck(run)}>
          <Link to={`/runs/${run.id}`}>{run.learner}</Link>
          <span className={`${css.points} number`}>{run.tasks > 0 ? run.points : null}</span>
          <span className={css.bar} aria-hidden="true">
            {Array.from({ length: run.tasks }, (_, at) => (
              <i key={at} data-on={at < run.solved} />
            ))}
          </span>
          <span className={css.at}>
            {run.state === "running"
              ? (tasks.get(run.current_task ?? "") ?? run.current_task)
              : t(`runState.${run.state}`)}
          </span>
          <span className={css.note}>
            {stuck(run)
              ? t("console.stuck", { minutes: Math.floor(run.stuck_s / 60) })
              : run.queue_place !== null
                ? t("console.place", { place: run.queue_place })
                : run.last_activity === null
                  ? ""
                  : moments.ago(run.last_activity)}
          </span>
        </li>
      ))}
    </ul>
  );
}
