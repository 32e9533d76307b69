/** What is asked before a file is made or deleted, and before unsaved text is left. */
import { App, Input } from "antd";
import { useEffect } from "react";
import { useBlocker } from "react-router";
import { GRAVE } from "#/components/grave";
import { useTranslation } from "#/language";
import { SCENARIO } from "#/models/author";
import type { DeskHands } from "./useDesk";

const PATH = /^[A-Za-z0-9_][A-Za-z0-9_.-]*(\/[A-Za-z0-9_][A-Za-z0-9_.-]*){0,9}$/;

interface Questions {
  askNew: () => void;
  askDelete: (path: string) => void;
}

export function useFileQuestions(hands: DeskHands, show: (path: string) => void): Questions {
  const { t } = useTranslation();
  const { modal, message } = App.useApp();
  const askNew = (): void => {
    let path = "";
    const make = (): Promise<void> => {
      if (!PATH.test(path)) {
        message.error(t("author.pathRule"));
        return Promise.reject(new Error("path"));
      }
      hands.create(path);
      show(path);
      return Promise.resolve();
    };
    void modal.confirm({
      title: t("author.newFile"),
      icon: null,
      okText: t("author.create"),
      cancelText: t("author.cancel"),
      content: (
        <Input
          aria-label={t("author.newFileText")}
          placeholder={t("author.newFileText")}
          onChange={(event) => (path = event.target.value.trim())}
        />
      ),
      onOk: make,
    });
  };
  const askDelete = (path: string): void =>
    void modal.confirm({
      title: t("author.delete", { path }),
      content: t("author.deleteText"),
      okText: t("author.delete", { path }),
      cancelText: t("author.cancel"),
      ...GRAVE,
      onOk: async () => {
        if (await hands.remove(path)) show(SCENARIO);
      },
    });
  return { askNew, askDelete };
}

/** Asks before another page is opened while something is not saved. */
export function useLeaveQuestion(needed: boolean): void {
  const { t } = useTranslation();
  const { modal } = App.useApp();
  const blocker = useBlocker(needed);
  const { state, proceed, reset } = blocker;
  useEffect(() => {
    if (state !== "blocked") return;
    void modal.confirm({
      title: t("author.leave"),
      content: t("author.leaveText"),
      okText: t("author.go"),
      cancelText: t("author.stay"),
      ...GRAVE,
      onOk: () => proceed(),
      onCancel: () => reset(),
    });
    // Asked once for each attempt.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [state]);
}
