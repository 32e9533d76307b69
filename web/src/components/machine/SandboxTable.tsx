/** The sandboxes that run: whose they are and what they take. */
import { Table, Tag, type TableColumnsType } from "antd";
import type { ReactElement } from "react";
import { Link } from "react-router";
import { useTranslation } from "#/language";
import { useMoments } from "#/language/moments";
import { size, type SandboxInfo } from "#/models/machine";
import css from "./machine.module.css";

export function SandboxTable({ sandboxes }: { sandboxes: readonly SandboxInfo[] }): ReactElement {
  const { t } = useTranslation();
  const states: Record<string, string> = t("runState", { returnObjects: true });
  const { lasting } = useMoments();
  const columns: TableColumnsType<SandboxInfo> = [
    { title: t("machine.whose"), dataIndex: "learner", render: (_, each) => <Whose sandbox={each} /> },
    {
      title: t("machine.name"),
      dataIndex: "name",
      responsive: ["md"],
      render: (name: string) => <code>{name}</code>,
    },
    {
      title: t("machine.state"),
      dataIndex: "state",
      responsive: ["sm"],
      render: (state: string, { degraded }) => (
        <span title={degraded.join("; ")}>
          {states[state] ?? state}
          {degraded.length > 0 ? ` (${degraded.length})` : ""}
        </span>
      ),
    },
    {
      title: t("machine.memoryShort"),
      dataIndex: "memory_mib",
      align: "right",
      defaultSortOrder: "descend",
      sorter: (a, b) => a.memory_mib - b.memory_mib,
      render: (mib: number) => <span className="number">{size(mib)}</span>,
    },
    { title: t("machine.hosts"), dataIndex: "hosts", align: "right", responsive: ["md"] },
    { title: t("machine.processes"), dataIndex: "processes", align: "right", responsive: ["md"] },
    {
      title: t("machine.uptime"),
      dataIndex: "uptime_s",
      align: "right",
      sorter: (a, b) => a.uptime_s - b.uptime_s,
      render: (seconds: number) => <span className="number">{lasting(seconds)}</span>,
    },
  ];
  return (
    <Table
      className={css.table ?? ""}
      size="small"
      rowKey="name"
      columns={columns}
      dataSource={sandboxes}
      pagination={false}
      locale={{ emptyText: t("machine.none") }}
      rowClassName={({ leftover }) => (leftover ? (css.leftover ?? "") : "")}
    />
  );
}

function Whose({ sandbox }: { sandbox: SandboxInfo }): ReactElement {
  const { t } = useTranslation();
  const { run, learner, leftover } = sandbox;
  if (run === null) return <span className={css.quiet}>{t("machine.commandLine")}</span>;
  return (
    <>
      <Link to={`/runs/${run}`}>{learner}</Link>{" "}
      {leftover ? <Tag color="warning">{t("machine.leftover")}</Tag> : null}
    </>
  );
}
