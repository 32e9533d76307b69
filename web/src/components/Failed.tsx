/** A part of a page that could not be loaded, with a way to try again. */
import { Button } from "antd";
import type { ReactElement } from "react";
import { useTranslation } from "#/language";
import { Problem } from "#/models/problem";
import css from "./Failed.module.css";
import { ProblemNote } from "./ProblemNote";

/** Any thrown value as a problem. */
export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  return new Problem("unreadable", "unreadable", 0, String(error), null);
}

export function Failed(props: { error: unknown; onRetry?: () => void }): ReactElement {
  const { t } = useTranslation();
  return (
    <div className={css.failed}>
      <ProblemNote problem={asProblem(props.error)} />
      {props.onRetry ? <Button onClick={props.onRetry}>{t("state.retry")}</Button> : null}
    </div>
  );
}
