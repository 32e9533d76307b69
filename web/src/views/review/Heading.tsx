/** With whom a run is compared, and its report to take away. */
import { Select } from "antd";
import type { ReactElement } from "react";
import { useTranslation } from "#/language";
import type { RunRecord } from "#/models/record";
import { useQuery } from "#/transport/hooks";
import * as portal from "#/transport/portal";
import css from "./review.module.css";

interface HeadingProps {
  records: readonly RunRecord[];
  onBeside: (run: string | null) => void;
}

export function Heading({ records, onBeside }: HeadingProps): ReactElement {
  const { t } = useTranslation();
  const own = records[0]?.run;
  const choices = useQuery({
    queryKey: ["comparable", own?.exercise],
    queryFn: () => comparable(own?.exercise ?? "", own?.pack ?? ""),
    enabled: own !== undefined,
  });
  const others = (choices.data ?? []).filter(({ id }) => id !== own?.id);
  return (
    <div className={css.heading}>
      <Select
        value={records[1]?.run.id ?? null}
        onChange={(run: string | undefined | null) => onBeside(run ?? null)}
        allowClear
        showSearch={{ optionFilterProp: "label" }}
        placeholder={t("review.compare")}
        aria-label={t("review.compare")}
        notFoundContent={t("review.nobody")}
        options={others.map(({ id, learner, points }) => ({
          value: id,
          label: `${learner} · ${points}`,
        }))}
      />
    </div>
  );
}

/** Runs of the same pack: those of the exercise, and the person's own. */
async function comparable(exercise: string, pack: string) {
  const [same, mine] = await Promise.all([
    portal.exercise(exercise).then(({ runs }) => runs).catch(() => []),
    portal.runs(),
  ]);
  const all = new Map([...mine, ...same].map((run) => [run.id, run]));
  return [...all.values()].filter((run) => run.pack === pack && run.started_at !== null);
}
