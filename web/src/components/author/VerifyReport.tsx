/** A verification: how far it is, and each check with what was seen. */
import { CheckCircleFilled, ClockCircleOutlined, CloseCircleFilled } from "@ant-design/icons";
import { Alert, Progress } from "antd";
import type { ReactElement } from "react";
import { useText, useTranslation } from "#/language";
import { useMoments } from "#/language/moments";
import { lines, underWay, type Line, type Verification } from "#/models/author";
import css from "./lists.module.css";

export function VerifyReport({ shown }: { shown: Verification }): ReactElement {
  const { t } = useTranslation();
  const failed = shown.checks.filter(({ ok }) => !ok).length;
  const percent = Math.round((100 * shown.checks.length) / Math.max(1, shown.expected.length));
  return (
    <div className={css.report}>
      <Standing shown={shown} />
      {underWay(shown) ? (
        <Progress
          percent={Math.min(percent, 100)}
          status={failed > 0 ? "exception" : "active"}
          aria-label={t("author.progress")}
        />
      ) : null}
      <ol className={css.checks}>
        {lines(shown).map((each) => (
          <CheckLine key={each.name} line={each} waiting={underWay(shown)} />
        ))}
      </ol>
    </div>
  );
}

const TONES: Record<string, "success" | "error"> = { passed: "success", failed: "error", broken: "error" };

function Standing({ shown }: { shown: Verification }): ReactElement {
  const { t } = useTranslation();
  const moments = useMoments();
  const text = useText();
  const { state, checks, expected, reason, current, ended_at, by } = shown;
  const held = checks.filter(({ ok }) => ok).length;
  const when = ended_at ? moments.both(ended_at) : "";
  const figures = t("author.held", { held, count: Math.max(expected.length, checks.length) });
  const parts = [text(reason), state === "none" ? "" : figures, when && `${when} · ${by}`];
  const stale = !current && !underWay(shown) && state !== "none" ? t("author.stale") : "";
  return (
    <Alert
      role="status"
      showIcon
      type={TONES[state] ?? "info"}
      title={t(`author.state.${state}` as "author.state.none")}
      description={[...parts, stale].filter(Boolean).join(" · ")}
    />
  );
}

function CheckLine({ line, waiting }: { line: Line; waiting: boolean }): ReactElement {
  const { t } = useTranslation();
  const text = useText();
  const { name, check } = line;
  return (
    <li data-state={check ? (check.ok ? "ok" : "bad") : "open"}>
      {check === null ? (
        <ClockCircleOutlined aria-label={waiting ? t("author.open") : t("author.notDone")} />
      ) : check.ok ? (
        <CheckCircleFilled aria-label={t("author.holds")} />
      ) : (
        <CloseCircleFilled aria-label={t("author.holdsNot")} />
      )}
      <div>
        <span>{check ? text(check.title) : name}</span>
        {check ? <span className={css.where}>{name}</span> : null}
        {text(check?.evidence) ? <span className={css.remedy}>{text(check?.evidence)}</span> : null}
        {check && !check.ok ? <pre>{text(check.reason)}</pre> : null}
      </div>
      {check ? <span className="number">{check.duration_s.toFixed(1)} s</span> : null}
    </li>
  );
}
