/** Runs as rows to go on with or to look back at. */
import type { ReactElement } from "react";
import { Link } from "react-router";
import { useText, useTranslation } from "#/language";
import { useMoments } from "#/language/moments";
import { alive, type RunSummary } from "#/models/run";
import { StateTag } from "./StateTag";
import css from "./RunList.module.css";

export function RunList({ runs }: { runs: readonly RunSummary[] }): ReactElement {
  return (
    <ul className={css.runs}>
      {runs.map((run) => (
        <RunRow key={run.id} run={run} />
      ))}
    </ul>
  );
}

function RunRow({ run }: { run: RunSummary }): ReactElement {
  const { t } = useTranslation();
  const text = useText();
  const moments = useMoments();
  return (
    <li className={css.run}>
      <span className={css.title}>
        <Link to={alive(run) ? `/runs/${run.id}` : `/runs/${run.id}/review`}>{text(run.title)}</Link>
        <span>{run.started_at ? moments.both(run.started_at) : ""}</span>
      </span>
      <span className={css.bar} aria-hidden="true">
        <i style={{ width: `${run.tasks > 0 ? (100 * run.solved) / run.tasks : 0}%` }} />
      </span>
      <span className={css.solved}>
        {t("task.progress", { solved: run.solved, total: run.tasks })}
      </span>
      <span className={`${css.points} number`}>
        {run.points}
        <small> / {run.max_points}</small>
      </span>
      <StateTag state={run.state} />
    </li>
  );
}
