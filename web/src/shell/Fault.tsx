/** Pages for what should not happen: a crash, an address without a page. */
import { Button } from "antd";
import type { ReactElement } from "react";
import { Link, useRouteError } from "react-router";
import { ProblemNote } from "#/components/ProblemNote";
import { useTranslation } from "#/language";
import { Problem } from "#/models/problem";
import css from "./Fault.module.css";

export function NotFound(): ReactElement {
  const { t } = useTranslation();
  return (
    <main className={css.fault}>
      <h1>{t("problem.notFound")}</h1>
      <p>{t("problem.notFoundRemedy")}</p>
      <Link to="/">{t("nav.library")}</Link>
    </main>
  );
}

/** Shows what a view or its loading threw. */
export function Crashed(): ReactElement {
  const { t } = useTranslation();
  const error = useRouteError();
  const problem =
    error instanceof Problem
      ? error
      : new Problem("answer", t("problem.crashed"), 0, String(error), t("problem.crashedRemedy"));
  return (
    <main className={css.fault}>
      <ProblemNote problem={problem} />
      <Button onClick={() => globalThis.location.reload()}>{t("state.retry")}</Button>
    </main>
  );
}
