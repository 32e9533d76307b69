/** A failure with its cause and what to do about it. */
import { Alert } from "antd";
import type { ReactElement } from "react";
import { useTranslation } from "#/language";
import type { Problem } from "#/models/problem";
import { Words } from "./Words";

interface ProblemWords {
  title: string;
  detail: string | null;
  remedy: string | null;
}

/** The words of a problem; those that never came from the portal are translated here. */
export function useProblemWords(): (problem: Problem) => ProblemWords {
  const { t } = useTranslation();
  return ({ kind, title, detail, remedy }) =>
    kind === "answer"
      ? { title, detail, remedy }
      : { title: t(`problem.${kind}`), detail, remedy: t(`problem.${kind}Remedy`) };
}

export function ProblemNote({ problem }: { problem: Problem }): ReactElement {
  const { t } = useTranslation();
  const { title, detail, remedy } = useProblemWords()(problem);
  const lines = [
    detail ? { name: t("problem.cause"), text: detail } : null,
    remedy ? { name: t("problem.remedy"), text: remedy } : null,
  ].filter((line) => line !== null);
  return (
    <Alert
      type="error"
      showIcon
      role="alert"
      title={title}
      description={lines.map(({ name, text }) => (
        <p key={name}>
          <strong>
            {name}
            {t("colon")}
          </strong>
          <Words text={text} />
        </p>
      ))}
    />
  );
}
