/** The points of the field systems: curves of the chosen ones, a table of all. */
import { Select } from "antd";
import { lazy, Suspense, useMemo, useState, type ReactElement } from "react";
import { useText, useTranslation } from "#/language";
import { drawable, lively, shown, type Point, type Sample } from "#/models/points";
import { useDrawn } from "./charts/drawn";
import { Waiting } from "./Waiting";
import css from "./ValueBoard.module.css";

/** Asked for at once: it comes while the points do. */
const charts = import("./charts/PointChart");
const PointChart = lazy(() => charts);

interface ValueBoardProps {
  points: readonly Point[];
  samples: readonly Sample[];
}

export function ValueBoard({ points, samples }: ValueBoardProps): ReactElement {
  const { t } = useTranslation();
  const [chosen, setChosen] = useState<string[] | null>(null);
  const first = useMemo(() => lively(points, samples), [points, samples]);
  if (points.length === 0) return <p className={css.none}>{t("values.none")}</p>;
  const drawn = chosen ?? first;
  return (
    <div className={css.board}>
      <Select
        mode="multiple"
        className={css.choice ?? ""}
        value={drawn}
        onChange={setChosen}
        maxCount={8}
        placeholder={t("values.choose")}
        aria-label={t("values.choose")}
        options={drawable(points).map(({ name }) => ({ value: name, label: name }))}
      />
      <Charts points={points} samples={samples} drawn={drawn} />
      <ValueTable points={points} sample={samples.at(-1)} />
    </div>
  );
}

function Charts({ points, samples, drawn }: ValueBoardProps & { drawn: string[] }): ReactElement {
  const { t } = useTranslation();
  const groups = Map.groupBy(
    points.filter((point) => drawn.includes(point.name)),
    (point) => point.unit,
  );
  const name = useDrawn();
  if (samples.length < 2) return <p className={css.none}>{t("values.waiting")}</p>;
  return (
    <Suspense fallback={<Waiting />}>
      <div className={css.charts}>
        {[...groups].map(([unit, members]) => (
          <PointChart key={unit} unit={unit} points={members.map(name)} samples={samples} />
        ))}
      </div>
    </Suspense>
  );
}

interface ValueTableProps {
  points: readonly Point[];
  sample: Sample | undefined;
}

function ValueTable({ points, sample }: ValueTableProps): ReactElement {
  const text = useText();
  const systems = Map.groupBy(points, (point) => point.system);
  return (
    <div className={css.systems}>
      {[...systems].map(([system, members]) => (
        <section key={system} className={css.system}>
          <h3>{system}</h3>
          <dl>
            {members.map(({ name, title, unit, value }) => (
              <div key={name}>
                <dt title={name}>{text(title) || name}</dt>
                <dd className="number">
                  {shown(sample?.values[name] ?? value)} <span>{unit}</span>
                </dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </div>
  );
}
