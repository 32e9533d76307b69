/** What a strict reader found: a click leads to the place. */
import { CheckCircleFilled, CloseCircleFilled, WarningFilled } from "@ant-design/icons";
import type { ReactElement } from "react";
import { useText, useTranslation } from "#/language";
import type { Finding } from "#/models/author";
import { pick } from "#/models/text";
import { Words } from "../Words";
import css from "./lists.module.css";

interface FindingListProps {
  findings: readonly Finding[];
  onGo: (finding: Finding) => void;
}

export function FindingList({ findings, onGo }: FindingListProps): ReactElement {
  const { t } = useTranslation();
  const text = useText();
  if (findings.length === 0) {
    return (
      <p className={css.fine}>
        <CheckCircleFilled aria-hidden="true" /> {t("author.clean")}
      </p>
    );
  }
  return (
    <ol className={css.findings}>
      {findings.map((each) => (
        <li key={`${each.path}:${each.line}:${each.column}:${each.where}:${pick(each.message, "en")}`}>
          <button type="button" data-severity={each.severity} onClick={() => onGo(each)}>
            {each.severity === "error" ? (
              <CloseCircleFilled aria-label={t("author.error")} />
            ) : (
              <WarningFilled aria-label={t("author.warning")} />
            )}
            <span>
              <span className={css.where}>
                {each.path}:{each.line}:{each.column} {each.where}
              </span>
              <span>
                <Words text={text(each.message)} />
              </span>
              {text(each.remedy) ? (
                <span className={css.remedy}>
                  → <Words text={text(each.remedy)} />
                </span>
              ) : null}
            </span>
          </button>
        </li>
      ))}
    </ol>
  );
}
