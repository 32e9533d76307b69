/** The instructor's console: the class as a live table or map, and the actions on it. */
import { FundProjectionScreenOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useState, type ReactElement } from "react";
import { useParams } from "react-router";
import { ClassMap } from "#/components/ClassMap";
import { ClassTable } from "#/components/ClassTable";
import { ConnectionBadge } from "#/components/ConnectionBadge";
import { FailedPage } from "#/components/Failed";
import { Page } from "#/components/Page";
import { Waiting } from "#/components/Waiting";
import { Segments } from "#/components/Segments";
import { useText, useTranslation } from "#/language";
import { exerciseProjection, type Exercise } from "#/models/exercise";
import type { Connection } from "#/models/live";
import { useReset } from "#/shell/reset";
import { useLive, useQuery } from "#/transport/hooks";
import * as portal from "#/transport/portal";
import { Controls } from "./Controls";
import css from "./exercise.module.css";
import { Figures } from "./Figures";
import { RunActions } from "./RunActions";

export function Component(): ReactElement {
  const { exercise: id = "" } = useParams();
  const live = useLive(`exercise:${id}`, exerciseProjection);
  // Asked for once as well: a live topic cannot tell why it is refused, an answer can.
  const asked = useQuery({ queryKey: ["exercise", id], queryFn: () => portal.exercise(id) });
  const exercise = live.value ?? asked.data;
  if (asked.error && !live.value) {
    return <FailedPage error={asked.error} onRetry={() => void asked.refetch()} />;
  }
  if (!exercise) return <Waiting />;
  return <Console exercise={exercise} connection={live.connection} />;
}

interface ConsoleProps {
  exercise: Exercise;
  connection: Connection;
}

function Console({ exercise, connection }: ConsoleProps): ReactElement {
  const { t } = useTranslation();
  const [view, setView] = useState<"table" | "map">("table");
  const tasks = useTaskTitles(exercise);
  const askReset = useReset();
  const options = (["table", "map"] as const).map((value) => ({ value, label: t(`console.${value}`) }));
  return (
    <Page
      title={exercise.title}
      lead={`${t(`console.kind.${exercise.kind}`)} · ${exercise.pack}`}
      aside={<Aside exercise={exercise} connection={connection} />}
    >
      <Figures exercise={exercise} />
      <div className={css.tools}>
        {exercise.state === "ended" ? null : <Controls exercise={exercise} />}
        <Segments
          aria-label={t("console.view")}
          options={options}
          value={view}
          onChange={setView}
          className={css.view ?? ""}
        />
      </div>
      {view === "table" ? (
        <ClassTable
          runs={exercise.runs}
          tasks={tasks}
          onReset={(run) => askReset(run, null)}
          more={(run) => <RunActions exercise={exercise} run={run} />}
        />
      ) : (
        <ClassMap runs={exercise.runs} tasks={tasks} />
      )}
    </Page>
  );
}

/** What the tasks of an exercise are called, in the order of the pack. */
function useTaskTitles({ id, runs }: Exercise): ReadonlyMap<string, string> {
  const text = useText();
  const known = runs.some(({ tasks }) => tasks > 0); // not before the first sandbox is there
  const board = useQuery({ queryKey: ["board", id, known], queryFn: () => portal.board(id) });
  return new Map(board.data?.tasks.map(({ name, title }) => [name, text(title)]));
}

function Aside({ exercise, connection }: ConsoleProps): ReactElement {
  const { t } = useTranslation();
  return (
    <div className={css.aside}>
      <ConnectionBadge connection={connection} />
      <Button
        href={`/exercises/${exercise.id}/board`}
        target="_blank"
        icon={<FundProjectionScreenOutlined />}
      >
        {t("console.board")}
      </Button>
    </div>
  );
}
