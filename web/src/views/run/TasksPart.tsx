/** The tasks of a run, with the hand-in at the portal. */
import { useState, type ReactElement } from "react";
import { TaskList } from "#/components/TaskList";
import { nextTask } from "#/models/run";
import * as portal from "#/transport/portal";
import type { PartProps } from "./RunPage";

export function TasksPart({ run, still }: PartProps): ReactElement {
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
