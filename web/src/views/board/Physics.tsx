/** The points that move most: a large value each, and how it came to it. */
import { useMemo, type ReactElement } from "react";
import { colour } from "#/components/charts/palette";
import { Curves } from "#/components/clock/Lanes";
import { useText, useTranslation } from "#/language";
import { shown, spread, type Point, type Sample } from "#/models/points";
import type { RunLive } from "#/models/runLive";
import css from "./board.module.css";

const SHOWN = 3;
/** Samples between two choices of what to show: a wall that changes its mind is not calm. */
const CALM = 60;
/** Seconds that a curve reaches back. */
const BACK_S = 300;
/** Share of a curve's height that stays free above it. */
const ABOVE = 0.12;

interface PhysicsProps {
  live: RunLive;
  points: readonly Point[];
}

export function Physics({ live: { samples }, points }: PhysicsProps): ReactElement {
  const { t } = useTranslation();
  const turn = samples.length < 2 ? -1 : Math.floor(samples.length / CALM);
  // Chosen anew by turns, not with each sample.
  // eslint-disable-next-line react-hooks/exhaustive-deps
  const chosen = useMemo(() => spread(points, samples, SHOWN), [points, turn]);
  return (
    <section className={css.physics}>
      <h2>{t("board.physics")}</h2>
      {samples.length < 2 ? <p className={css.quiet}>{t("board.waiting")}</p> : null}
      {chosen.map((point, at) => (
        <Gauge key={point.name} point={point} samples={samples} paint={colour("dark", at)} />
      ))}
    </section>
  );
}

interface GaugeProps {
  point: Point;
  samples: readonly Sample[];
  paint: string;
}

function Gauge({ point: { name, system, title, unit }, samples, paint }: GaugeProps): ReactElement {
  const text = useText();
  const last = samples.at(-1);
  const end = last?.time_s ?? 0;
  const drawn = samples.flatMap(({ time_s, values }) => {
    const value = values[name];
    return typeof value === "number" && time_s >= end - BACK_S ? [[time_s, value] as const] : [];
  });
  const values = drawn.map(([, value]) => value);
  const low = values.reduce((a, b) => Math.min(a, b), 0);
  const most = values.reduce((a, b) => Math.max(a, b), low + 1);
  const high = most + (most - low) * ABOVE;
  return (
    <div className={css.gauge}>
      <p>
        <span>
          {text(title) || name} <small>{system}</small>
        </span>
        <b className="number" style={{ color: paint }}>
          {shown(last?.values[name])} <small>{unit}</small>
        </b>
      </p>
      <div className={css.curve}>
        <Curves
          curves={[{ key: name, colour: paint, dashed: false, stepped: false, points: drawn }]}
          window={[drawn[0]?.[0] ?? 0, Math.max(end, (drawn[0]?.[0] ?? 0) + 1)]}
          low={low}
          high={high}
        />
      </div>
    </div>
  );
}
