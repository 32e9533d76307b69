/** What the doctor found: what is missing with its cost and remedy, the rest in a line each. */
import { CheckCircleFilled, CloseCircleFilled, InfoCircleFilled, WarningFilled } from "@ant-design/icons";
import type { ReactElement } from "react";
import { useText, useTranslation } from "#/language";
import { byWeight, type MachineFinding } from "#/models/machine";
import css from "./machine.module.css";

export function FindingCards({ findings }: { findings: readonly MachineFinding[] }): ReactElement {
  const { t } = useTranslation();
  const well = findings.every(({ present, need }) => present || need === "optional");
  return (
    <>
      {well ? <p>{t("machine.allWell")}</p> : null}
      <ul className={css.findings}>
        {byWeight(findings).map((each) => (
          <Card key={each.capability} finding={each} />
        ))}
      </ul>
    </>
  );
}

function Card({ finding }: { finding: MachineFinding }): ReactElement {
  const { t } = useTranslation();
  const text = useText();
  const { present, need, title, cost, remedy, detail } = finding;
  return (
    <li data-state={present ? "ok" : need}>
      <Mark finding={finding} />
      <div>
        <strong>{text(title)}</strong>
        {present ? null : (
          <>
            <p>
              {t("machine.cost")}
              {t("colon")}
              {text(cost)}
            </p>
            <p>
              {t("machine.remedy")}
              {t("colon")}
              <span className={css.remedy}>{text(remedy).replaceAll("`", "")}</span>
            </p>
          </>
        )}
        {text(detail) ? <code>{text(detail)}</code> : null}
      </div>
    </li>
  );
}

function Mark({ finding: { present, need } }: { finding: MachineFinding }): ReactElement {
  const { t } = useTranslation();
  if (present) return <CheckCircleFilled aria-label={t("machine.present")} />;
  if (need === "optional") return <InfoCircleFilled aria-label={t("machine.optional")} />;
  return need === "required" ? (
    <CloseCircleFilled aria-label={t("machine.missing")} />
  ) : (
    <WarningFilled aria-label={t("machine.degraded")} />
  );
}
