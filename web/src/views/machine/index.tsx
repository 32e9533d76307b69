/** The machine for its operator: findings, memory, whose sandboxes run, cleaning up. */
import type { ReactElement } from "react";
import { ConnectionBadge } from "#/components/ConnectionBadge";
import { FailedPage } from "#/components/Failed";
import { Waiting } from "#/components/Waiting";
import { FindingCards } from "#/components/machine/FindingCards";
import { MachineFigures } from "#/components/machine/MachineFigures";
import { SandboxTable } from "#/components/machine/SandboxTable";
import { Page } from "#/components/Page";
import { useTranslation } from "#/language";
import { machineProjection } from "#/models/machine";
import { operates } from "#/models/session";
import { usePresent } from "#/shell/SignedIn";
import { useLive, useQuery } from "#/transport/hooks";
import * as portal from "#/transport/portal";
import { CleanUp } from "./CleanUp";
import css from "./machine.module.css";

export function Component(): ReactElement {
  const { t } = useTranslation();
  const { account } = usePresent();
  const live = useLive("machine", machineProjection);
  // Asked for once as well: a live topic cannot tell why it is refused, an answer can.
  const asked = useQuery({ queryKey: ["machine"], queryFn: portal.machine });
  const machine = live.value ?? asked.data;
  if (asked.error && !live.value) {
    return <FailedPage error={asked.error} onRetry={() => void asked.refetch()} />;
  }
  if (!machine) return <Waiting />;
  return (
    <Page
      title={t("machine.title")}
      lead={t("machine.lead")}
      aside={<ConnectionBadge connection={live.connection} />}
    >
      <MachineFigures machine={machine} />
      <section className={css.section}>
        <div className={css.head}>
          <h2>{t("machine.sandboxes")}</h2>
          {operates(account) ? <CleanUp machine={machine} /> : null}
        </div>
        <SandboxTable sandboxes={machine.sandboxes} />
        {machine.abandoned.length > 0 ? (
          <p>
            {t("machine.abandoned")}
            {t("colon")}
            <code>{machine.abandoned.join(", ")}</code>
          </p>
        ) : null}
      </section>
      <section className={css.section}>
        <h2>{t("machine.doctor")}</h2>
        <FindingCards findings={machine.findings} />
      </section>
    </Page>
  );
}
