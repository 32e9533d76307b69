/** The actions of exercise control on one learner's world. */
import { MoreOutlined } from "@ant-design/icons";
import { App, Button, type MenuProps } from "antd";
import type { ReactElement } from "react";
import { GRAVE } from "#/components/grave";
import { DropMenu } from "#/components/DropMenu";
import { useText, useTranslation } from "#/language";
import type { Exercise } from "#/models/exercise";
import { alive, type RunSummary } from "#/models/run";
import { useTell } from "#/shell/tell";
import * as portal from "#/transport/portal";
import { ADVANCES_MIN, useAct } from "./act";

interface RunActionsProps {
  exercise: Exercise;
  run: RunSummary;
}

export function RunActions({ exercise, run }: RunActionsProps): ReactElement {
  const { t } = useTranslation();
  const text = useText();
  const act = useAct();
  const askEnd = useEnd(run);
  const living = run.state === "running";
  const items: MenuProps["items"] = [
    {
      key: "inject",
      label: t("console.inject"),
      disabled: !living || exercise.injects.length === 0,
      children: exercise.injects.map((each) => ({
        key: `inject ${each.name}`,
        label: `${each.name} – ${text(each.text)}`,
        onClick: () => void act(() => portal.inject(exercise.id, each.name, run.id)),
      })),
    },
    {
      key: "advance",
      label: t("console.advance"),
      disabled: !living,
      children: ADVANCES_MIN.map((minutes) => ({
        key: `advance ${minutes}`,
        label: t("console.advanceBy", { minutes }),
        onClick: () => void act(() => portal.advance(exercise.id, minutes * 60, run.id)),
      })),
    },
    { key: "end", danger: true, label: t("console.endOne"), disabled: !alive(run), onClick: askEnd },
  ];
  return (
    <DropMenu menu={{ items }}>
      <Button
        size="small"
        type="text"
        icon={<MoreOutlined />}
        aria-label={t("console.more", { learner: run.learner })}
      />
    </DropMenu>
  );
}

function useEnd({ id, learner }: RunSummary): () => void {
  const { t } = useTranslation();
  const { modal } = App.useApp();
  const tell = useTell();
  return () =>
    void modal.confirm({
      title: t("console.endOneTitle", { learner }),
      content: t("console.endOneText"),
      okText: t("console.endOne"),
      cancelText: t("run.cancel"),
      ...GRAVE,
      onOk: () => tell(() => portal.endRun(id)),
    });
}
