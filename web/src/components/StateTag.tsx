/** The state of a run in one word and one colour. */
import type { ReactElement } from "react";
import { useTranslation } from "#/language";
import type { RunState } from "#/models/run";
import css from "./StateTag.module.css";

export function StateTag({ state }: { state: RunState | "frozen" }): ReactElement {
  const { t } = useTranslation();
  return (
    <span className={css.tag} data-state={state}>
      {t(`runState.${state}`)}
    </span>
  );
}
