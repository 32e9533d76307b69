/** The tasks of a run by level; the chosen one is open for work. */
import { CheckCircleFilled, LockOutlined, RightOutlined } from "@ant-design/icons";
import type { ReactElement } from "react";
import { useText, useTranslation } from "#/language";
import { levels, open, worth, type Task } from "#/models/run";
import { TaskWork, type TaskActions } from "./TaskWork";
import css from "./TaskList.module.css";

interface TaskListProps extends TaskActions {
  tasks: readonly Task[];
  chosen: string | null;
  onChoose: (task: string | null) => void;
  locked: boolean;
}

export function TaskList({ tasks, chosen, onChoose, ...work }: TaskListProps): ReactElement {
  const { t } = useTranslation();
  const solved = tasks.filter((task) => task.solved).length;
  if (tasks.length === 0) return <p className={css.none}>{t("task.none")}</p>;
  return (
    <section className={css.list} aria-label={t("run.tasks")}>
      <header className={css.head}>
        <h2>{t("run.tasks")}</h2>
        <span>{t("task.progress", { solved, total: tasks.length })}</span>
        <Progress tasks={tasks} />
      </header>
      {levels(tasks).map(({ level, tasks: members }) => (
        <section key={level} className={css.level}>
          <h3>{t("task.level", { level })}</h3>
          {members.map((task) => (
            <article key={task.name} className={css.task} data-open={task.name === chosen}>
              <TaskHead task={task} chosen={task.name === chosen} onChoose={onChoose} />
              {task.name === chosen ? <TaskWork task={task} all={tasks} {...work} /> : null}
            </article>
          ))}
        </section>
      ))}
    </section>
  );
}

/** One segment a task: what is done is filled. */
function Progress({ tasks }: { tasks: readonly Task[] }): ReactElement {
  return (
    <div className={css.progress} aria-hidden="true">
      {tasks.map((task) => (
        <i key={task.name} data-solved={task.solved} />
      ))}
    </div>
  );
}

interface TaskHeadProps {
  task: Task;
  chosen: boolean;
  onChoose: (task: string | null) => void;
}

function TaskHead({ task, chosen, onChoose }: TaskHeadProps): ReactElement {
  const { t } = useTranslation();
  const text = useText();
  const state = task.solved ? "solved" : open(task) ? "open" : "locked";
  return (
    <button
      type="button"
      className={css.title}
      aria-expanded={chosen}
      data-state={state}
      onClick={() => onChoose(chosen ? null : task.name)}
    >
      {state === "solved" ? (
        <CheckCircleFilled aria-label={t("task.solved")} />
      ) : state === "locked" ? (
        <LockOutlined aria-label={t("task.locked")} />
      ) : (
        <RightOutlined className={css.turn} aria-hidden="true" />
      )}
      <span className={css.name}>{text(task.title)}</span>
      <span className={`${css.points} number`}>{task.solved ? `+${task.earned}` : worth(task)}</span>
    </button>
  );
}
