/** Asks before a reset, saying what is lost and what stays. */
import { App } from "antd";
import type { ReactElement } from "react";
import { GRAVE } from "#/components/grave";
import { useTranslation } from "#/language";
import type { TopologyHost } from "#/models/topology";
import * as portal from "#/transport/portal";
import css from "./reset.module.css";
import { useTell } from "./tell";

type ResetHost = Pick<TopologyHost, "name" | "systems">;

/** Gives the function that resets one host of a run, or with no host all of it. */
export function useReset(): (run: string, host: ResetHost | null) => void {
  const { t } = useTranslation();
  const { modal } = App.useApp();
  const tell = useTell();
  return (run, host) =>
    void modal.confirm({
      title: host ? t("reset.hostTitle", { host: host.name }) : t("reset.allTitle"),
      content: <Fate host={host} />,
      okText: t("run.reset"),
      cancelText: t("run.cancel"),
      ...GRAVE,
      onOk: () => tell(() => portal.reset(run, host?.name ?? null)),
    });
}

function Fate({ host }: { host: ResetHost | null }): ReactElement {
  const { t } = useTranslation();
  return (
    <dl className={css.fate}>
      <dt data-lost>{t("reset.lost")}</dt>
      <dd>{host ? t("reset.hostLost") : t("reset.allLost")}</dd>
      {host && host.systems.length > 0 ? <dd>{t("reset.deviceLost")}</dd> : null}
      {host ? <dt>{t("reset.goesOn")}</dt> : null}
      {host ? <dd>{t("reset.rest")}</dd> : null}
      <dt>{t("reset.kept")}</dt>
      <dd>{t("reset.keptText")}</dd>
    </dl>
  );
}
