/** What people did in the portal, and whether the log is as it was written. */
import { Alert, Button, Skeleton, Table, type TableColumnsType } from "antd";
import type { ReactElement } from "react";
import { Failed } from "#/components/Failed";
import { useTranslation } from "#/language";
import { useMoments } from "#/language/moments";
import { noted, type AuditEntry } from "#/models/people";
import { useInfiniteQuery, useQuery } from "#/transport/hooks";
import * as people from "#/transport/people";
import css from "./people.module.css";

export function AuditLog(): ReactElement {
  const { t } = useTranslation();
  const log = useInfiniteQuery({
    queryKey: ["audit"],
    queryFn: ({ pageParam }) => people.audit(pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
  });
  if (log.error) return <Failed error={log.error} onRetry={() => void log.refetch()} />;
  return (
    <section className={css.part} aria-label={t("people.audit")}>
      <Chain />
      {log.isPending ? <Skeleton active /> : null}
      {log.data ? <Entries entries={log.data.pages.flatMap(({ items }) => items)} /> : null}
      {log.hasNextPage ? (
        <div className={css.head}>
          <Button loading={log.isFetchingNextPage} onClick={() => void log.fetchNextPage()}>
            {t("people.log.more")}
          </Button>
        </div>
      ) : null}
    </section>
  );
}

function Chain(): ReactElement {
  const { t } = useTranslation();
  const check = useQuery({ queryKey: ["audit", "check"], queryFn: people.checkAudit });
  if (check.error) return <Failed error={check.error} onRetry={() => void check.refetch()} />;
  if (!check.data) return <Skeleton active paragraph={false} />;
  const { intact, entries, broken_at } = check.data;
  const again = (
    <Button size="small" loading={check.isFetching} onClick={() => void check.refetch()}>
      {t("people.log.check")}
    </Button>
  );
  return (
    <div role="status">
      {intact ? (
        <Alert
          type="success"
          showIcon
          title={t("people.log.intact", { count: entries })}
          action={again}
        />
      ) : (
        <Alert
          type="error"
          showIcon
          title={t("people.log.broken", { at: broken_at ?? entries })}
          description={t("people.log.brokenRemedy")}
          action={again}
        />
      )}
    </div>
  );
}

function Entries({ entries }: { entries: readonly AuditEntry[] }): ReactElement {
  const { t } = useTranslation();
  const moments = useMoments();
  const columns: TableColumnsType<AuditEntry> = [
    { title: "#", dataIndex: "sequence", align: "right", className: "number" },
    { title: t("people.log.at"), render: (_, { at }) => moments.both(at) },
    { title: t("people.log.who"), dataIndex: "account" },
    {
      title: t("people.log.what"),
      render: (_, { action }) => <span className={css.mono}>{action}</span>,
    },
    {
      title: t("people.log.subject"),
      render: (_, { subject }) => <span className={css.mono}>{subject}</span>,
    },
    {
      title: t("people.log.noted"),
      responsive: ["md"],
      render: (_, entry) => <span className={`${css.quiet} ${css.wide}`}>{noted(entry)}</span>,
    },
  ];
  return (
    <div
      className={`${css.table} ${css.scroll}`}
      role="region"
      aria-label={t("people.audit")}
      // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- else no key scrolls it
      tabIndex={0}
    >
      <Table<AuditEntry>
        rowKey="sequence"
        size="small"
        columns={columns}
        dataSource={[...entries]}
        pagination={false}
      />
    </div>
  );
}
