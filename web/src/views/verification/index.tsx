/** The whole report of a pack's verification, live while it goes on. */
import { Skeleton } from "antd";
import type { ReactElement } from "react";
import { Link, useParams } from "react-router";
import { VerifyReport } from "#/components/author/VerifyReport";
import { FailedPage } from "#/components/Failed";
import { Page } from "#/components/Page";
import { useTranslation } from "#/language";
import { verificationProjection } from "#/models/author";
import { useLive, useQuery } from "#/transport/hooks";
import * as portal from "#/transport/portal";
import css from "./verification.module.css";

export function Component(): ReactElement {
  const { t } = useTranslation();
  const { pack = "" } = useParams();
  const live = useLive(`pack:${pack}`, verificationProjection);
  // Asked for once as well: a live topic cannot tell why it is refused, an answer can.
  const asked = useQuery({ queryKey: ["proof", pack], queryFn: () => portal.verification(pack) });
  const shown = live.value ?? asked.data;
  if (asked.error && !live.value) return <FailedPage error={asked.error} />;
  return (
    <Page
      title={t("author.reportTitle")}
      lead={pack}
      aside={<Link to={`/packs/${pack}/edit`}>{t("author.back")}</Link>}
    >
      <div className={css.report}>{shown ? <VerifyReport shown={shown} /> : <Skeleton active />}</div>
    </Page>
  );
}
