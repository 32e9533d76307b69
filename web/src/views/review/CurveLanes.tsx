/** Lanes of curves: the score, and the points of each unit. Of two runs the second is dashed. */
import { Fragment, useMemo, type ReactElement } from "react";
import { useDrawn } from "#/components/charts/drawn";
import { colour } from "#/components/charts/palette";
import { Curves, Lane, type Curve } from "#/components/clock/Lanes";
import { useTranslation } from "#/language";
import type { Window } from "#/models/clock";
import { shown, type Point } from "#/models/points";
import { sampleAt, scoreAt, scoreSteps, type RunRecord } from "#/models/record";
import { useTheme } from "#/theme";
import css from "./review.module.css";

interface LanesProps {
  records: readonly RunRecord[];
  window: Window;
  now: number;
}

const LEAST_PX = 66;

export function ScoreLane({ records, window, now }: LanesProps): ReactElement {
  const { t } = useTranslation();
  const steps = useMemo(() => records.map(scoreSteps), [records]);
  const curves = useMemo(
    () =>
      records.map(({ run, end_s }, at): Curve => {
        const rising = steps[at] ?? [];
        const last = rising.at(-1)?.points ?? 0;
        const points = rising.map(({ time_s, points: value }) => [time_s, value] as const);
        return {
          key: run.id,
          colour: at === 0 ? "var(--first)" : "var(--second)",
          dashed: false,
          stepped: true,
          points: [[0, 0], ...points, [end_s, last]],
        };
      }),
    [records, steps],
  );
  const most = Math.max(1, ...steps.flatMap((rising) => rising.map(({ points }) => points)));
  return (
    <Lane
      height={LEAST_PX}
      label={
        <div className={css.legend}>
          {records.map(({ run }, at) => (
            <p key={run.id} data-whose={at}>
              <span>
                <i style={{ background: at === 0 ? "var(--first)" : "var(--second)" }} />
                <span>{records.length > 1 ? run.learner : t("review.score")}</span>
              </span>
              <b className="number">{scoreAt(steps[at] ?? [], now)}</b>
            </p>
          ))}
        </div>
      }
    >
      <Curves curves={curves} window={window} low={0} high={most} />
    </Lane>
  );
}

export function PointLanes(props: LanesProps & { drawn: readonly string[] }): ReactElement {
  const { records, drawn } = props;
  const known = records[0]?.points ?? [];
  const groups = Map.groupBy(
    known.filter(({ name }) => drawn.includes(name)),
    ({ unit }) => unit,
  );
  return (
    <>
      {[...groups].map(([unit, points]) => (
        <UnitLane key={unit} {...props} unit={unit} points={points} />
      ))}
    </>
  );
}

interface UnitLaneProps extends LanesProps {
  unit: string;
  points: readonly Point[];
}

function UnitLane({ records, window, now, unit, points }: UnitLaneProps): ReactElement {
  const { shade } = useTheme();
  const drawn = useDrawn();
  const names = points.map(({ name }) => name).join(" ");
  const { curves, low, high } = useMemo(
    () => curvesOf(records, names.split(" "), (at) => colour(shade, at)),
    [records, names, shade],
  );
  return (
    <Lane
      height={LEAST_PX}
      label={
        <div className={css.legend}>
          {points.map((point, at) => (
            <p key={point.name} title={drawn(point).title}>
              <span>
                <i style={{ background: colour(shade, at) }} />
                <PointName name={point.name} />
              </span>
              <b className="number">
                {records.map(({ run, samples }) => (
                  <span key={run.id}>{shown(sampleAt(samples, now)?.values[point.name])}</span>
                ))}
                <small>{unit}</small>
              </b>
            </p>
          ))}
        </div>
      }
    >
      <Curves curves={curves} window={window} low={low} high={high} />
    </Lane>
  );
}

/** Broken, where it must be, after a dot. */
function PointName({ name }: { name: string }): ReactElement {
  return (
    <span>
      {name.split(/(?<=\.)/).map((part, at) => (
        <Fragment key={at}>
          {part}
          <wbr />
        </Fragment>
      ))}
    </span>
  );
}

function curvesOf(
  records: readonly RunRecord[],
  names: readonly string[],
  paint: (at: number) => string,
): { curves: Curve[]; low: number; high: number } {
  const curves = records.flatMap(({ run, samples }, second) =>
    names.map((name, at): Curve => ({
      key: `${run.id} ${name}`,
      colour: paint(at),
      dashed: second > 0,
      stepped: false,
      points: samples.flatMap(({ time_s, values }) => {
        const value = values[name];
        return typeof value === "number" ? [[time_s, value] as const] : [];
      }),
    })),
  );
  const values = curves.flatMap(({ points }) => points.map(([, value]) => value));
  const low = values.reduce((a, b) => Math.min(a, b), Infinity);
  const high = values.reduce((a, b) => Math.max(a, b), -Infinity);
  return { curves, low: Number.isFinite(low) ? low : 0, high: Number.isFinite(high) ? high : 1 };
}
