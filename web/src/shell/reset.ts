/** Asks before a reset, saying what is lost and what stays. */
import { App } from "antd";
import { GRAVE } from "#/components/grave";
import { useTranslation } from "#/language";
import * as portal from "#/transport/portal";
import { useTell } from "./tell";

/** Gives the function that resets one host of a run, or with no host all of it. */
export function useReset(): (run: string, host: string | null) => void {
  const { t } = useTranslation();
  const { modal } = App.useApp();
  const tell = useTell();
  return (run, host) =>
    void modal.confirm({
      title: host === null ? t("run.resetAllTitle") : t("run.resetHostTitle", { host }),
      content: host === null ? t("run.resetAllText") : t("run.resetHostText"),
      okText: t("run.confirmReset"),
      cancelText: t("run.cancel"),
      ...GRAVE,
      onOk: () => tell(() => portal.reset(run, host)),
    });
}
