/** A class as a table: who is where, who is stuck, who was active last. */
import { EyeOutlined, ReloadOutlined } from "@ant-design/icons";
import { Button, type TableColumnsType } from "antd";
import type { ReactElement, ReactNode } from "react";
import { Link } from "react-router";
import { useText, useTranslation } from "#/language";
import { useMoments } from "#/language/moments";
import { alive, stuck, type RunSummary } from "#/models/run";
import { useNarrow } from "./narrow";
import { RowTable } from "./RowTable";
import { StateTag } from "./StateTag";
import css from "./ClassTable.module.css";

interface ClassTableProps {
  runs: readonly RunSummary[];
  /** Name of each task to its title, in the order of the pack. */
  tasks: ReadonlyMap<string, string>;
  onReset: (run: string) => void;
  /** Further actions on one run. */
  more?: (run: RunSummary) => ReactNode;
}

export function ClassTable({ runs, tasks, onReset, more }: ClassTableProps): ReactElement {
  const { t } = useTranslation();
  const moments = useMoments();
  const narrow = useNarrow();
  const columns: TableColumnsType<RunSummary> = [
    {
      title: t("console.learner"),
      dataIndex: "learner",
      sorter: (a, b) => a.learner.localeCompare(b.learner),
      render: (_, run) => (
        <>
          <Link to={placeOf(run)}>{run.learner}</Link>
          {narrow ? <StateCell run={run} /> : null}
        </>
      ),
    },
    {
      title: t("console.state"),
      dataIndex: "state",
      hidden: narrow,
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
      sorter: (a, b) => a.stuck_s - b.stuck_s,
      render: (_, run) => <CurrentCell run={run} tasks={tasks} />,
    },
    {
      title: t("console.activity"),
      dataIndex: "last_activity",
      responsive: ["lg"],
      sorter: (a, b) => (a.last_activity ?? "").localeCompare(b.last_activity ?? ""),
      render: (at: string | null) => (at === null ? "–" : moments.ago(at)),
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
      render: (_, run) => (
        <span className={css.acts}>
          <JoinLink run={run} />
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
          {more?.(run)}
        </span>
      ),
    },
  ];
  return (
    <RowTable<RunSummary>
      className={css.table ?? ""}
      columns={columns}
      rowClassName={(run) => (stuck(run) ? (css.stuck ?? "") : "")}
      rows={runs}
    />
  );
}

function placeOf(run: RunSummary): string {
  return alive(run) ? `/runs/${run.id}` : `/runs/${run.id}/review`;
}

/** The way into a learner's world, with its terminals. */
function JoinLink({ run }: { run: RunSummary }): ReactElement | null {
  const { t } = useTranslation();
  if (run.state !== "running" && run.state !== "paused") return null;
  const label = t("console.joinRun", { learner: run.learner });
  return (
    <Link to={placeOf(run)} className={css.join} aria-label={label} title={label}>
      <EyeOutlined aria-hidden="true" />
      <span>{t("console.join")}</span>
    </Link>
  );
}

function StateCell({ run }: { run: RunSummary }): ReactElement {
  const { t } = useTranslation();
  const moments = useMoments();
  const reason = useText()(run.reason);
  return (
    <>
      <StateTag state={run.state} />
      {run.queue_place === null ? null : (
        <div className={css.note}>{t("console.place", { place: run.queue_place })}</div>
      )}
      {run.unrecorded_since === null ? null : (
        <div className={css.alarm} role="status">
          {t("console.unrecorded", { since: moments.time(run.unrecorded_since) })}
        </div>
      )}
      {reason ? <div className={css.note}>{reason}</div> : null}
    </>
  );
}

function ProgressCell({ run }: { run: RunSummary }): ReactElement | null {
  if (run.tasks === 0) return null; // nothing is known of it before its turn
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
