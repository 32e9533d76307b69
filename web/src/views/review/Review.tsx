/** The page: how it ended, the clock with everything on it, the worlds at the playhead. */
import { useCallback, useMemo, useState, type ReactElement } from "react";
import { Page } from "#/components/Page";
import { useText, useTranslation } from "#/language";
import { showing, type Window } from "#/models/clock";
import { learning, type RunRecord } from "#/models/record";
import { worthShowing } from "#/models/journal";
import { ClockLanes } from "./ClockLanes";
import { Hands } from "./Hands";
import { Heading } from "./Heading";
import { useReplay } from "./replay";
import css from "./review.module.css";
import { Outcome } from "./Outcome";
import { Scene } from "./Scene";

interface ReviewProps {
  /** One, or two that are compared. */
  records: readonly RunRecord[];
  /** Compare with a run; `null`: with none. */
  onBeside: (run: string | null) => void;
}

export function Review({ records, onBeside }: ReviewProps): ReactElement {
  const { t } = useTranslation();
  const text = useText();
  const end = records.reduce((last, { end_s }) => Math.max(last, end_s), 1);
  const whole = useMemo<Window>(() => [0, end], [end]);
  const [seen, setSeen] = useState<Window>(whole);
  const replay = useReplay(end);
  const window = replay.playing ? showing(seen, whole, replay.now) : seen;
  const stops = useMemo(() => stopsOf(records), [records]);
  const { seek } = replay;
  const go = useCallback(
    (moment: number) => {
      seek(moment);
      setSeen((current) => showing(current, whole, moment));
    },
    [seek, whole],
  );
  const title = `${t("review.title")}${t("colon")}${text(records[0]?.run.title)}`;
  const state = { whole, window, now: replay.now, onNow: replay.seek, onWindow: setSeen };
  return (
    <Page title={title} aside={<Heading records={records} onBeside={onBeside} />} wide>
      <Outcome records={records} onGo={go} />
      <section className={css.clock}>
        <Hands replay={replay} state={state} stops={stops} onGo={go} />
        <ClockLanes records={records} state={state} stops={stops} />
      </section>
      <div className={css.scenes} data-beside={records.length > 1}>
        {records.map((record, at) => (
          <Scene
            key={record.run.id}
            record={record}
            whose={records.length > 1 ? (at === 0 ? 0 : 1) : undefined}
            now={replay.now}
            onGo={go}
          />
        ))}
      </div>
    </Page>
  );
}

/** Moments worth going to: what was done about tasks, and what shook the world. */
function stopsOf(records: readonly RunRecord[]): number[] {
  const loud = records.flatMap(({ entries }) => [
    ...learning(entries),
    ...entries.filter((entry) => worthShowing(entry) && LOUD.has(entry.kind)),
  ]);
  return [...new Set(loud.map(({ sandbox_time_s }) => sandbox_time_s))].toSorted((a, b) => a - b);
}

const LOUD = new Set(["inject.applied", "message.sent", "host.reset", "host.failed", "service.down", "sandbox.reset"]);
