/** A class as a table: who is where, who is stuck, who was active last. */
import { ReloadOutlined } from "@ant-design/icons";
import { Button, Table, type TableColumnsType } from "antd";
import type { ReactElement } from "react";
import { Link } from "react-router";
import { useTranslation } from "#/language";
import { stuck, type RunSummary } from "#/models/run";
import { StateTag } from "./StateTag";
import css from "./ClassTable.module.css";

interface ClassTableProps {
  runs: readonly RunSummary[];
  /** Name of each task to its title, in the order of the pack. */
  tasks: ReadonlyMap<string, string>;
  onReset: (run: string) => void;
}

export function ClassTable({ runs, tasks, onReset }: ClassTableProps): ReactElement {
  const { t } = useTranslation();
  const columns: TableColumnsType<RunSummary> = [
    {
      title: t("console.learner"),
      dataIndex: "learner",
      sorter: (a, b) => a.learner.localeCompare(b.learner),
      render: (_, run) => <Link to={`/runs/${run.id}`}>{run.learner}</Link>,
    },
    {
      title: t("console.state"),
      dataIndex: "state",
      render: (_, run) => <StateCell run={run} />,
    },
    {
      title: t("console.progress"),
      dataIndex: "solved",
      sorter: (a, b) => a.solved - b.solved,
      render: (_, run) => <ProgressCell run={run} />,
    },
    {
      title: t("console.current"),
      dataIndex: "current_task",
      responsive: ["md"],
      render: (_, run) => <CurrentCell run={run} tasks={tasks} />,
    },
    {
      title: t("console.score"),
      dataIndex: "points",
      align: "right",
      defaultSortOrder: "descend",
      sorter: (a, b) => a.points - b.points,
      render: (points: number) => <b className="number">{points}</b>,
    },
    {
      title: t("console.actions"),
      align: "right",
      responsive: ["md"],
      render: (_, run) => (
        <Button
          size="small"
          type="text"
          danger
          icon={<ReloadOutlined />}
          disabled={run.state !== "running"}
          aria-label={`${t("console.reset")}: ${run.learner}`}
          onClick={() => onReset(run.id)}
        >
          {t("console.reset")}
        </Button>
      ),
    },
  ];
  return (
    <Table<RunSummary>
      className={css.table ?? ""}
      size="middle"
      rowKey="id"
      columns={columns}
      dataSource={[...runs]}
      pagination={runs.length > 50 ? { pageSize: 50 } : false}
      rowClassName={(run) => (stuck(run) ? (css.stuck ?? "") : "")}
    />
  );
}

function StateCell({ run }: { run: RunSummary }): ReactElement {
  const { t } = useTranslation();
  return (
    <>
      <StateTag state={run.state} />
      {run.queue_place === null ? null : (
        <div className={css.note}>{t("console.place", { place: run.queue_place })}</div>
      )}
      {run.reason ? <div className={css.note}>{run.reason}</div> : null}
    </>
  );
}

function ProgressCell({ run }: { run: RunSummary }): ReactElement {
  return (
    <span className={css.progress}>
      <span aria-hidden="true">
        {Array.from({ length: run.tasks }, (_, at) => (
          <i key={at} data-on={at < run.solved} />
        ))}
      </span>
      <span className="number">
        {run.solved}/{run.tasks}
      </span>
    </span>
  );
}

interface CurrentCellProps {
  run: RunSummary;
  tasks: ReadonlyMap<string, string>;
}

function CurrentCell({ run, tasks }: CurrentCellProps): ReactElement | null {
  const { t } = useTranslation();
  if (run.current_task === null || run.state !== "running") return null;
  const minutes = Math.floor(run.stuck_s / 60);
  return (
    <>
      {tasks.get(run.current_task) ?? run.current_task}
      {run.attempts > 0 ? <span className={css.attempts}>×{run.attempts}</span> : null}
      {stuck(run) ? <div className={css.alarm}>{t("console.stuck", { minutes })}</div> : null}
    </>
  );
}
