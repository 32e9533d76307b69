/** Points of one unit over the sandbox's clock. */
import { useEffect, useMemo, useRef, type ReactElement } from "react";
import { clock } from "#/models/journal";
import { shown, type Sample } from "#/models/points";
import { FONT, useTheme, type Shade } from "#/theme";
import type { Drawn } from "./drawn";
import { init, type ECharts } from "./echarts";
import { COLOURS, colour } from "./palette";
import css from "./PointChart.module.css";

const INK: Record<Shade, { text: string; line: string; ground: string }> = {
  light: { text: "#5c6b74", line: "#dde4e7", ground: "#ffffff" },
  dark: { text: "#93a3ac", line: "#26343c", ground: "#1b272e" },
};

interface PointChartProps {
  unit: string;
  points: readonly Drawn[];
  samples: readonly Sample[];
  /** Visible part of the clock; everything without it. */
  window?: readonly [number, number];
  /** A moment to mark. */
  cursor?: number;
  height?: number;
}

export default function PointChart(props: PointChartProps): ReactElement {
  const { unit, points, samples, window, cursor, height = 170 } = props;
  const { shade } = useTheme();
  const ground = useRef<HTMLDivElement>(null);
  const chart = useRef<ECharts>(null);
  useEffect(() => {
    if (!ground.current) return undefined;
    const made = init(ground.current, null, { renderer: "canvas" });
    chart.current = made;
    let known = false; // the first that an observer tells is the size at which the chart was made
    const observer = new ResizeObserver(() => {
      if (known) made.resize();
      known = true;
    });
    observer.observe(ground.current);
    return () => {
      observer.disconnect();
      made.dispose();
      chart.current = null;
    };
  }, []);
  const option = useMemo(
    () => chartOption({ unit, points, samples, window, cursor, shade }),
    [unit, points, samples, window, cursor, shade],
  );
  useEffect(() => {
    chart.current?.setOption(option, { notMerge: true, lazyUpdate: true });
  }, [option]);
  const last = samples.at(-1)?.values ?? {};
  return (
    <figure className={css.figure}>
      <figcaption className={css.legend}>
        {points.map(({ name, title }, at) => (
          <span key={name}>
            <svg width="10" height="10" aria-hidden="true">
              <rect width="10" height="10" rx="2" fill={colour(shade, at)} />
            </svg>
            {title} <b className="number">{shown(last[name])}</b> {unit}
          </span>
        ))}
      </figcaption>
      <div ref={ground} className={css.ground} style={{ height }} aria-hidden="true" />
    </figure>
  );
}

interface Shaped extends PointChartProps {
  window: readonly [number, number] | undefined;
  cursor: number | undefined;
  shade: Shade;
}

function chartOption({ unit, points, samples, window, cursor, shade }: Shaped): Record<string, unknown> {
  const { text, line, ground } = INK[shade];
  const axis = { axisLine: { lineStyle: { color: line } }, axisTick: { show: false } };
  return {
    animation: false,
    color: COLOURS[shade],
    textStyle: { fontFamily: FONT },
    grid: { left: 52, right: 14, top: 10, bottom: 24 },
    tooltip: {
      trigger: "axis",
      renderMode: "richText",
      backgroundColor: ground,
      borderColor: line,
      textStyle: { color: text, fontSize: 12 },
      valueFormatter: (value: number) => `${shown(value)} ${unit}`,
    },
    xAxis: {
      ...axis,
      type: "value",
      min: window?.[0] ?? "dataMin",
      max: window?.[1] ?? "dataMax",
      axisLabel: { color: text, fontSize: 11, formatter: clock, hideOverlap: true },
      axisPointer: { label: { formatter: ({ value }: { value: number }) => clock(value) } },
      splitLine: { show: false },
    },
    yAxis: {
      ...axis,
      type: "value",
      scale: true,
      axisLabel: { color: text, fontSize: 11 },
      splitLine: { lineStyle: { color: line } },
      splitNumber: 3,
    },
    series: points.map(({ name, title }, at) => ({
      type: "line",
      name: title,
      showSymbol: false,
      lineStyle: { width: 1.8 },
      data: seriesOf(samples, name),
      ...(at === 0 && cursor !== undefined ? marked(cursor, text) : {}),
    })),
  };
}

function seriesOf(samples: readonly Sample[], name: string): [number, number | null][] {
  return samples.map(({ time_s, values }) => {
    const value = values[name];
    return [time_s, typeof value === "number" ? value : null];
  });
}

function marked(cursor: number, color: string): object {
  const lineStyle = { color, type: "solid", width: 1 };
  return {
    markLine: { symbol: "none", silent: true, label: { show: false }, lineStyle, data: [{ xAxis: cursor }] },
  };
}
