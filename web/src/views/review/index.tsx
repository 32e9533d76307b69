/** After action: a run looked back at, with everything on one zoomable clock. */
import { CaretRightOutlined, PauseOutlined } from "@ant-design/icons";
import { Button, Select, Spin } from "antd";
import { lazy, Suspense, useMemo, useState, type ReactElement } from "react";
import { useParams } from "react-router";
import { ClockTrack } from "#/components/ClockTrack";
import { Failed } from "#/components/Failed";
import { Page } from "#/components/Page";
import { EntryList } from "#/components/Timeline";
import { useDrawn } from "#/components/ValueBoard";
import { useText, useTranslation } from "#/language";
import { clock, worthShowing, type Entry } from "#/models/journal";
import { drawable, lively, samplesOf, type Point } from "#/models/points";
import { extent, scoreSteps, type Window } from "#/models/review";
import type { Run } from "#/models/run";
import { useQuery } from "#/transport/hooks";
import * as portal from "#/transport/portal";
import { useReplay } from "./replay";
import { Recordings } from "./Recordings";
import css from "./review.module.css";
import { Result } from "./Result";

const PointChart = lazy(() => import("#/components/charts/PointChart"));
const SPEEDS = [1, 2, 5, 10, 30, 60];
/** Entries around the playhead that are listed. */
const LISTED = 40;

export function Component(): ReactElement {
  const { run: id = "" } = useParams();
  const record = useQuery({ queryKey: ["record", id], queryFn: () => recordOf(id) });
  if (record.error) return <Failed error={record.error} onRetry={() => void record.refetch()} />;
  if (!record.data) return <Spin className={css.waiting ?? ""} />;
  return <Review {...record.data} />;
}

interface Record_ {
  run: Run;
  entries: Entry[];
  sampled: Entry[];
  points: Point[];
}

/** All that a run left: a world that is gone has no points any more, but its samples. */
async function recordOf(id: string): Promise<Record_> {
  const [run, entries, sampled] = await Promise.all([
    portal.run(id),
    portal.events(id),
    portal.events(id, ["points.sampled"]),
  ]);
  const points = await portal.points(id).catch(() => named(sampled));
  return { run, entries, sampled, points };
}

/** Points without their titles and units, from the last sample. */
function named(sampled: readonly Entry[]): Point[] {
  const last = samplesOf(sampled.slice(-1))[0]?.values ?? {};
  return Object.entries(last).map(([name, value]) => {
    const system = name.split(".")[0] ?? name;
    return { name, system, unit: "", title: name, value, low: null, high: null };
  });
}

function Review({ run, entries, sampled, points }: Record_): ReactElement {
  const { t } = useTranslation();
  const text = useText();
  const samples = useMemo(() => samplesOf(sampled), [sampled]);
  const whole = useMemo(
    () => extent([...entries, ...sampled.slice(-1)], run.sandbox_time_s),
    [entries, sampled, run.sandbox_time_s],
  );
  const [window, setWindow] = useState<Window>(whole);
  const replay = useReplay(whole[1]);
  const [chosen, setChosen] = useState<string[] | null>(null);
  const drawn = chosen ?? lively(points, samples);
  const names = useDrawn();
  const until = entries.filter((e) => e.sandbox_time_s <= replay.now && worthShowing(e));
  const groups = Map.groupBy(points.filter((p) => drawn.includes(p.name)), (p) => p.unit);
  const steps = scoreSteps(run.task_list);
  const score = steps.findLast((step) => step.time_s <= replay.now)?.points ?? 0;
  return (
    <Page title={`${t("review.title")}: ${text(run.title)}`} lead={run.learner}>
      <Result run={run} />
      <section className={css.clock}>
        <div className={css.bar}>
          <Button
            type="primary"
            icon={replay.playing ? <PauseOutlined /> : <CaretRightOutlined />}
            onClick={replay.toggle}
          >
            {replay.playing ? t("review.stop") : t("review.play")}
          </Button>
          <Select
            value={replay.speed}
            onChange={replay.setSpeed}
            options={SPEEDS.map((value) => ({ value, label: `${value}×` }))}
            aria-label={t("review.speed")}
          />
          <b className="number">{clock(replay.now)}</b>
          <span className={css.score}>
            {t("review.score")} <b className="number">{score}</b>
          </span>
        </div>
        <ClockTrack
          entries={entries}
          whole={whole}
          window={window}
          now={replay.now}
          onNow={replay.seek}
          onWindow={setWindow}
        />
      </section>
      <div className={css.columns}>
        <section className={css.charts}>
          <Select
            mode="multiple"
            value={drawn}
            onChange={setChosen}
            maxCount={8}
            aria-label={t("values.choose")}
            options={drawable(points).map(({ name }) => ({ value: name, label: name }))}
          />
          <Suspense fallback={<Spin />}>
            {[...groups].map(([unit, members]) => (
              <PointChart
                key={unit}
                unit={unit}
                points={members.map(names)}
                samples={samples}
                window={window}
                cursor={replay.now}
                height={140}
              />
            ))}
          </Suspense>
          <Recordings run={run.id} entries={entries} now={replay.now} />
        </section>
        <section className={css.journal}>
          <h2>{t("review.journal")}</h2>
          {until.length === 0 ? <p>{t("review.nothing")}</p> : null}
          <EntryList entries={until.slice(-LISTED).toReversed()} />
        </section>
      </div>
    </Page>
  );
}
