/** What exercise control says is shown when it is said, whatever the learner looks at. */
import { App } from "antd";
import { useEffect, useRef } from "react";
import { safeParse } from "valibot";
import { useText, useTranslation } from "#/language";
import type { Run } from "#/models/run";
import { textModel } from "#/models/text";

export function useMessages({ timeline }: Run): void {
  const { notification } = App.useApp();
  const { t } = useTranslation();
  const text = useText();
  const last = timeline.at(-1)?.sequence ?? 0;
  const shown = useRef(last);
  useEffect(() => {
    for (const entry of timeline) {
      if (entry.sequence <= shown.current || entry.kind !== "message.sent") continue;
      const read = safeParse(textModel, entry.data.text);
      if (!read.success) continue;
      notification.info({
        key: `message ${entry.sequence}`,
        title: t("run.message"),
        description: text(read.output),
        duration: 20,
      });
    }
    shown.current = Math.max(shown.current, last);
  }, [timeline, last, notification, t, text]);
}
