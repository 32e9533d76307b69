/** How a run ended: score, tasks, objectives, what it cost the world. */
import { CheckCircleFilled, MinusCircleOutlined } from "@ant-design/icons";
import type { ReactElement } from "react";
import { useText, useTranslation } from "#/language";
import { clock } from "#/models/journal";
import { shown } from "#/models/points";
import type { Run } from "#/models/run";
import css from "./review.module.css";

export function Result({ run }: { run: Run }): ReactElement {
  const { t } = useTranslation();
  const { score } = run;
  return (
    <section className={css.result}>
      <div className={css.total}>
        <b className="number">{score.points}</b>
        <span>/ {score.max_points}</span>
      </div>
      <Tasks run={run} />
      <div className={css.facts}>
        <h3>{t("review.objectives")}</h3>
        {Object.entries(score.objectives).map(([name, met]) => (
          <p key={name} data-met={met}>
            {met ? <CheckCircleFilled /> : <MinusCircleOutlined />} {name} ·{" "}
            {met ? t("review.met") : t("review.notMet")}
          </p>
        ))}
      </div>
      <div className={css.facts}>
        <h3>{t("review.consequences")}</h3>
        {Object.entries(score.consequences).map(([name, value]) => (
          <p key={name}>
            {name} <b className="number">{shown(value)}</b>
          </p>
        ))}
      </div>
    </section>
  );
}

function Tasks({ run }: { run: Run }): ReactElement {
  const text = useText();
  return (
    <ol className={css.tasks}>
      {run.task_list.map((task) => (
        <li key={task.name} data-solved={task.solved}>
          <span>{text(task.title)}</span>
          <span className="number">{task.solved_at_s === null ? "–" : clock(task.solved_at_s)}</span>
          <b className="number">
            {task.earned}/{task.points}
          </b>
        </li>
      ))}
    </ol>
  );
}
