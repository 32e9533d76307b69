/** The classes and drills that the person at the screen holds. */
import { Skeleton } from "antd";
import type { ReactElement } from "react";
import { Link } from "react-router";
import { Empty } from "#/components/Empty";
import { Failed } from "#/components/Failed";
import { Page } from "#/components/Page";
import { StateTag } from "#/components/StateTag";
import { useTranslation } from "#/language";
import { summed, type Exercise } from "#/models/exercise";
import { useQuery } from "#/transport/hooks";
import * as portal from "#/transport/portal";
import css from "./exercises.module.css";

export function Component(): ReactElement {
  const { t } = useTranslation();
  const exercises = useQuery({ queryKey: ["exercises"], queryFn: portal.exercises });
  const shared = exercises.data?.filter(({ kind }) => kind !== "training");
  return (
    <Page title={t("console.title")} lead={t("console.lead")}>
      {exercises.error ? <Failed error={exercises.error} onRetry={() => void exercises.refetch()} /> : null}
      {exercises.isPending ? <Skeleton active /> : null}
      {shared?.length === 0 ? (
        <Empty title={t("console.none")} text={t("console.noneText")}>
          <Link to="/">{t("console.toLibrary")}</Link>
        </Empty>
      ) : null}
      <ul className={css.list}>
        {shared?.map((each) => (
          <ExerciseRow key={each.id} exercise={each} />
        ))}
      </ul>
    </Page>
  );
}

function ExerciseRow({ exercise }: { exercise: Exercise }): ReactElement {
  const { t } = useTranslation();
  const { running, queued } = summed(exercise.runs);
  return (
    <li className={css.row}>
      <span>
        <Link to={`/exercises/${exercise.id}`}>{exercise.title}</Link>
        <small>
          {t(`console.kind.${exercise.kind}`)} · {exercise.pack}
        </small>
      </span>
      <span className={css.quiet}>
        <b className="number">{running}</b> {t("console.running")} · <b className="number">{queued}</b>{" "}
        {t("console.queued")}
      </span>
      <StateTag state={exercise.state} />
    </li>
  );
}
