/** Clears what accidents left, after saying what that is. */
import { ClearOutlined } from "@ant-design/icons";
import { App, Button } from "antd";
import type { ReactElement } from "react";
import { GRAVE } from "#/components/grave";
import { useTranslation } from "#/language";
import { clearable, type Machine } from "#/models/machine";
import { useTell } from "#/shell/tell";
import * as portal from "#/transport/portal";

export function CleanUp({ machine }: { machine: Machine }): ReactElement {
  const { t } = useTranslation();
  const { modal, message } = App.useApp();
  const tell = useTell();
  const names = clearable(machine);
  const clear = async (): Promise<void> => {
    const done = await tell(portal.cleanUp);
    if (done) message.success(t("machine.cleaned", { count: done.removed.length }));
  };
  const ask = (): void =>
    void modal.confirm({
      title: t("machine.cleanUpTitle", { count: names.length }),
      content: (
        <>
          <p>{t("machine.cleanUpText")}</p>
          <code>{names.join(", ")}</code>
        </>
      ),
      okText: t("machine.cleanUp"),
      cancelText: t("machine.cancel"),
      ...GRAVE,
      onOk: clear,
    });
  return (
    <Button
      icon={<ClearOutlined />}
      disabled={names.length === 0}
      title={names.length === 0 ? t("machine.nothing") : ""}
      onClick={ask}
    >
      {t("machine.cleanUp")}
    </Button>
  );
}
