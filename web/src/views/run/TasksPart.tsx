/** The tasks of a run, with the hand-in at the portal. */
import { useState, type ReactElement } from "react";
import { TaskList } from "#/components/TaskList";
import { useTranslation } from "#/language";
import { alive, nextTask } from "#/models/run";
import * as portal from "#/transport/portal";
import type { PartProps } from "./part";
import css from "./run.module.css";

export function TasksPart(props: PartProps): ReactElement {
  const { run } = props;
  const { t } = useTranslation();
  if (run.task_list.length === 0 && run.state !== "running") {
    return <p className={css.absent}>{alive(run) ? t("run.notYet") : t("run.over")}</p>;
  }
  // Tasks come when the world runs: only then is one chosen.
  return <Tasks key={run.task_list.length} {...props} />;
}

function Tasks({ run, still }: PartProps): ReactElement {
  const [chosen, setChosen] = useState(() => nextTask(run.task_list)?.name ?? null);
  return (
    <TaskList
      tasks={run.task_list}
      chosen={chosen}
      onChoose={setChosen}
      locked={still}
      onAnswer={(task, answer) => portal.answer(run.id, task, answer)}
      onHint={(task) => portal.takeHint(run.id, task)}
    />
  );
}
