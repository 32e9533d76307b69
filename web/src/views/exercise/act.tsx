/** Does something in all sandboxes of an exercise, or in one, and says how many it reached. */
import { App } from "antd";
import { useText, useTranslation } from "#/language";
import type { Done } from "#/models/exercise";
import { useTell } from "#/shell/tell";

export function useAct(): (action: () => Promise<Done>) => Promise<void> {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const text = useText();
  const tell = useTell();
  return async (action) => {
    const result = await tell(action);
    if (!result) return;
    const failed = Object.values(result.failed);
    if (result.done.length > 0) message.success(t("console.done", { count: result.done.length }));
    const [reason] = failed;
    if (reason !== undefined) message.error(t("console.failed", { count: failed.length, reason: text(reason) }));
  };
}

/** Minutes by which clocks are advanced. */
export const ADVANCES_MIN = [1, 5, 15, 30];
