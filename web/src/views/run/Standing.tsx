/** What a person must know about a run that is not simply running. */
import { Alert } from "antd";
import type { ReactElement } from "react";
import { Link } from "react-router";
import { useText, useTranslation } from "#/language";
import { useMoments } from "#/language/moments";
import { alive, type Run } from "#/models/run";
import css from "./run.module.css";

interface StandingProps {
  run: Run;
  /** It is another person's, and whoever looks teaches or oversees. */
  watched: boolean;
}

export function Standing({ run, watched }: StandingProps): ReactElement | null {
  const { t } = useTranslation();
  const text = useText();
  const moments = useMoments();
  const review = <Link to={`/runs/${run.id}/review`}>{t("run.review")}</Link>;
  const again = <Link to={`/packs/${run.pack}`}>{t("run.again")}</Link>;
  const toClass = <Link to={`/exercises/${run.exercise}`}>{t("run.toClass")}</Link>;
  const note = (type: "info" | "warning" | "error", title: string, rest?: ReactElement) => (
    <div className={css.standing} role="status">
      <Alert type={type} showIcon title={title} action={rest} />
    </div>
  );
  if (run.unrecorded_since !== null && alive(run)) {
    const since = moments.time(run.unrecorded_since);
    return note("error", t("run.unrecorded", { since }));
  }
  switch (run.state) {
    case "queued":
      return note("info", t("run.queuedText", { place: run.queue_place ?? 1 }));
    case "starting":
      return note("info", t("run.starting"));
    case "paused":
      return note("warning", t("run.pausedText"));
    case "ended":
      return note("info", t("run.endedText"), review);
    case "failed":
      return note(
        "error",
        t("run.failedText", { reason: text(run.reason) }),
        run.started_at === null ? again : review,
      );
    case "running":
      return watched ? note("info", t("run.watching", { learner: run.learner }), toClass) : null;
  }
}
