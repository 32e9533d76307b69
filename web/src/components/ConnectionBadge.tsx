/** Whether what is shown is live. */
import type { ReactElement } from "react";
import { useTranslation } from "#/language";
import type { Connection } from "#/models/live";
import css from "./ConnectionBadge.module.css";

export function ConnectionBadge({ connection }: { connection: Connection }): ReactElement {
  const { t } = useTranslation();
  return (
    <span className={css.badge} data-connection={connection} role="status">
      <i className={css.dot} />
      <span className={css.word}>{t(`state.${connection}`)}</span>
    </span>
  );
}
