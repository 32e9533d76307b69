/** All runs of the person at the screen. */
import { Skeleton } from "antd";
import type { ReactElement } from "react";
import { Link } from "react-router";
import { Empty } from "#/components/Empty";
import { Failed } from "#/components/Failed";
import { Page } from "#/components/Page";
import { RunList } from "#/components/RunList";
import { useTranslation } from "#/language";
import { useQuery } from "#/transport/hooks";
import * as portal from "#/transport/portal";

export function Component(): ReactElement {
  const { t } = useTranslation();
  const runs = useQuery({ queryKey: ["runs"], queryFn: portal.runs, refetchInterval: 10_000 });
  return (
    <Page title={t("runs.title")} lead={t("runs.lead")}>
      {runs.error ? <Failed error={runs.error} onRetry={() => void runs.refetch()} /> : null}
      {runs.isPending ? <Skeleton active /> : null}
      {runs.data?.length === 0 ? (
        <Empty title={t("runs.none")}>
          <Link to="/">{t("runs.toLibrary")}</Link>
        </Empty>
      ) : null}
      {runs.data && runs.data.length > 0 ? <RunList runs={runs.data} /> : null}
    </Page>
  );
}
