/** A part of a page that could not be loaded, with a way to try again. */
import { Button } from "antd";
import type { ReactElement } from "react";
import { Link } from "react-router";
import { useTranslation } from "#/language";
import { Problem } from "#/models/problem";
import css from "./Failed.module.css";
import { ProblemNote } from "./ProblemNote";

/** Any thrown value as a problem. */
export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  return new Problem("unreadable", "unreadable", 0, String(error), null);
}

interface FailedProps {
  error: unknown;
  onRetry?: () => void;
}

export function Failed({ error, onRetry }: FailedProps): ReactElement {
  const { t } = useTranslation();
  return (
    <div className={css.failed}>
      <ProblemNote problem={asProblem(error)} />
      {onRetry ? <Button onClick={onRetry}>{t("state.retry")}</Button> : null}
    </div>
  );
}

/** In place of a whole page: there is another way on, too. */
export function FailedPage({ error, onRetry }: FailedProps): ReactElement {
  const { t } = useTranslation();
  return (
    <main className={css.failed}>
      <h1 className="visually-hidden">{asProblem(error).title}</h1>
      <ProblemNote problem={asProblem(error)} />
      <p className={css.ways}>
        {onRetry ? <Button onClick={onRetry}>{t("state.retry")}</Button> : null}
        <Link to="/">{t("nav.library")}</Link>
      </p>
    </main>
  );
}
