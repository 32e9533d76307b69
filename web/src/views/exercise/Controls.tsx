/** The actions of whoever holds an exercise; each tells what it did, sandbox by sandbox. */
import {
  ClockCircleOutlined,
  FastForwardOutlined,
  MessageOutlined,
  PauseOutlined,
  CaretRightOutlined,
  ThunderboltOutlined,
} from "@ant-design/icons";
import { App, Button, Input } from "antd";
import { useState, type ReactElement, type ReactNode } from "react";
import { GRAVE } from "#/components/grave";
import { Dialog } from "#/components/Dialog";
import { DropMenu } from "#/components/DropMenu";
import { useText, useTranslation } from "#/language";
import type { Exercise } from "#/models/exercise";
import { useTell } from "#/shell/tell";
import * as portal from "#/transport/portal";
import { ADVANCES_MIN, useAct } from "./act";
import css from "./exercise.module.css";

const EXTENSIONS_MIN = [5, 15, 30, 60];

export function Controls({ exercise }: { exercise: Exercise }): ReactElement {
  const { t } = useTranslation();
  const text = useText();
  const act = useAct();
  const tell = useTell();
  const { id, injects } = exercise;
  const frozen = exercise.state === "frozen";
  return (
    <div className={css.controls}>
      <BroadcastButton exercise={id} />
      <Choices
        icon={<ThunderboltOutlined />}
        name={t("console.inject")}
        items={injects.map((each) => ({
          name: `${each.name} – ${text(each.text)}`,
          choose: () => act(() => portal.inject(id, each.name, null)),
        }))}
      />
      <Choices
        icon={<ClockCircleOutlined />}
        name={t("console.extend")}
        unless={exercise.ends_at === null ? t("console.noEnd") : ""}
        items={EXTENSIONS_MIN.map((minutes) => ({
          name: t("console.extendBy", { minutes }),
          choose: () => tell(() => portal.extend(id, minutes)),
        }))}
      />
      <Choices
        icon={<FastForwardOutlined />}
        name={t("console.advance")}
        items={ADVANCES_MIN.map((minutes) => ({
          name: t("console.advanceBy", { minutes }),
          choose: () => act(() => portal.advance(id, minutes * 60, null)),
        }))}
      />
      <Button
        icon={frozen ? <CaretRightOutlined /> : <PauseOutlined />}
        onClick={() => void act(() => portal.freeze(id, !frozen))}
      >
        {frozen ? t("console.thaw") : t("console.freeze")}
      </Button>
      <EndButton exercise={id} />
    </div>
  );
}

interface ChoicesProps {
  icon: ReactNode;
  name: string;
  items: { name: string; choose: () => Promise<unknown> }[];
  /** Why there is no choice now. */
  unless?: string;
}

function Choices({ icon, name, items, unless = "" }: ChoicesProps): ReactElement {
  const entries = items.map((item, key) => ({
    key,
    label: item.name,
    onClick: () => void item.choose(),
  }));
  return (
    <DropMenu
      menu={{ items: entries }}
      disabled={items.length === 0 || unless !== ""}
    >
      <Button icon={icon} title={unless}>
        {name}
      </Button>
    </DropMenu>
  );
}

function BroadcastButton({ exercise }: { exercise: string }): ReactElement {
  const { t } = useTranslation();
  const act = useAct();
  const [draft, setDraft] = useState<string | null>(null);
  const said = draft?.trim() ?? "";
  const send = (): void => {
    setDraft(null);
    void act(() => portal.broadcast(exercise, said));
  };
  return (
    <>
      <Button icon={<MessageOutlined />} onClick={() => setDraft("")}>
        {t("console.broadcast")}
      </Button>
      {draft === null ? null : (
        <Dialog
          title={t("console.broadcast")}
          okText={t("console.send")}
          cancelText={t("run.cancel")}
          okButtonProps={{ disabled: said === "" }}
          onOk={send}
          onCancel={() => setDraft(null)}
        >
          <Input.TextArea
            rows={4}
            maxLength={4000}
            aria-label={t("console.broadcast")}
            placeholder={t("console.broadcastPlaceholder")}
            value={draft}
            onChange={(event) => setDraft(event.target.value)}
          />
        </Dialog>
      )}
    </>
  );
}

function EndButton({ exercise }: { exercise: string }): ReactElement {
  const { t } = useTranslation();
  const { modal } = App.useApp();
  const tell = useTell();
  const ask = (): void =>
    void modal.confirm({
      title: t("console.endTitle"),
      content: t("console.endText"),
      okText: t("console.end"),
      cancelText: t("run.cancel"),
      ...GRAVE,
      onOk: () => tell(() => portal.endExercise(exercise)),
    });
  return (
    <Button danger onClick={ask}>
      {t("console.end")}
    </Button>
  );
}
