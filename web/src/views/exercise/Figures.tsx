/** A class and the machine it runs on, in figures. */
import type { ReactElement } from "react";
import { useTranslation } from "#/language";
import { useMoments } from "#/language/moments";
import { summed, type Exercise } from "#/models/exercise";
import { size } from "#/models/machine";
import css from "./exercise.module.css";

/** From so much load on, everybody's world is slow. */
const CROWDED = 0.9;

export function Figures({ exercise }: { exercise: Exercise }): ReactElement {
  const { t } = useTranslation();
  const moments = useMoments();
  const { running, queued, stuck, finished } = summed(exercise.runs);
  const { fits, limit, load, memory_mib, memory_free_mib, reason } = exercise.capacity;
  const room = t("console.ofMachine", {
    fits,
    limit,
    reason: t(`machine.reason.${reason}` as "machine.reason.memory"),
  });
  return (
    <dl className={css.figures}>
      <Figure name={t("console.running")} value={running} />
      <Figure name={t("console.queued")} value={queued} />
      <Figure name={t("console.stuckNow")} value={stuck} alarming={stuck > 0} />
      <Figure
        name={t("console.finished")}
        value={t("console.finishedOf", { done: finished, all: exercise.runs.length })}
      />
      <Figure
        name={t("console.ends")}
        value={exercise.ends_at ? moments.time(exercise.ends_at) : "–"}
      />
      <Figure name={t("console.load")} value={load.toFixed(2)} alarming={load > CROWDED} />
      <Figure
        name={t("console.memory")}
        value={size(memory_free_mib)}
        alarming={memory_free_mib < memory_mib * (1 - CROWDED)}
      />
      <Figure name={t("console.fits")} value={fits} title={room} />
    </dl>
  );
}

interface FigureProps {
  name: string;
  value: number | string;
  alarming?: boolean;
  title?: string;
}

function Figure({ name, value, alarming = false, title }: FigureProps): ReactElement {
  return (
    <div data-alarming={alarming} title={title}>
      <dd className="number">{value}</dd>
      <dt>{name}</dt>
    </div>
  );
}
