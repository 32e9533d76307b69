/** One run at the playhead: its world, its terminals, its journal. */
import { lazy, Suspense, useMemo, useState, type ReactElement } from "react";
import { EntryList } from "#/components/Timeline";
import { Waiting } from "#/components/Waiting";
import { Segments } from "#/components/Segments";
import { useTranslation } from "#/language";
import { wallAt } from "#/models/clock";
import { latest, type Recording, type RunRecord } from "#/models/record";
import { hostsAt } from "#/models/services";
import { titles } from "#/models/terminal";
import css from "./review.module.css";

const TopologyMap = lazy(() => import("#/components/topology/TopologyMap"));
const CastScreen = lazy(() => import("#/components/CastScreen"));
/** Entries before the playhead that are listed. */
const LISTED = 40;

interface SceneProps {
  record: RunRecord;
  whose: 0 | 1 | undefined;
  now: number;
  onGo: (moment: number) => void;
}

export function Scene({ record, whose, now, onGo }: SceneProps): ReactElement {
  const { t } = useTranslation();
  const { topology, entries, recordings } = record;
  const changed = entries.filter(({ sandbox_time_s }) => sandbox_time_s <= now).length;
  // The world changes with an entry, not with each step of the playhead.
  // eslint-disable-next-line react-hooks/exhaustive-deps
  const hosts = useMemo(() => hostsAt(topology, entries, now), [topology, entries, changed]);
  const listed = latest(entries, now, LISTED);
  return (
    <section className={css.scene} data-whose={whose}>
      {whose === undefined ? null : <h2>{record.run.learner}</h2>}
      <div className={css.part}>
        <h3>{t("run.world")}</h3>
        <div className={css.map}>
          <Suspense fallback={<Waiting />}>
            <TopologyMap topology={topology} hosts={hosts} />
          </Suspense>
        </div>
      </div>
      {recordings.length > 0 ? <Screens record={record} now={now} onGo={onGo} /> : null}
      {recordings.length === 0 && whose !== undefined ? <NoScreens /> : null}
      <div className={css.part}>
        <h3>{t("review.journal")}</h3>
        <div className={css.journal}>
          {listed.length === 0 ? <p>{t("review.nothing")}</p> : null}
          <EntryList entries={listed} tasks={record.run.task_list} onGo={onGo} />
        </div>
      </div>
    </section>
  );
}

/** Keeps the place, so that what is beside each other is alike. */
function NoScreens(): ReactElement {
  const { t } = useTranslation();
  return (
    <div className={css.part}>
      <h3>{t("review.recordings")}</h3>
      <p className={css.none}>{t("review.noRecordings")}</p>
    </div>
  );
}

function Screens({ record, now, onGo }: Omit<SceneProps, "whose">): ReactElement {
  const { t } = useTranslation();
  const { recordings, anchors, commands } = record;
  const [chosen, setChosen] = useState<string | null>(null);
  const front = recordings.find(({ session }) => session.session === chosen) ?? lastUsed(recordings, now);
  const names = titles(recordings.map(({ session }) => session));
  const place = `${front?.session.user}@${front?.session.host}`;
  const typed = commands.filter(({ by, time_s }) => by === place && time_s <= now).at(-1);
  return (
    <div className={css.part}>
      <h3>{t("review.recordings")}</h3>
      {recordings.length > 1 ? (
        <Segments
          size="small"
          aria-label={t("review.recordings")}
          value={front?.session.session ?? ""}
          onChange={setChosen}
          options={recordings.map(({ session }) => ({
            value: session.session,
            label: names.get(session.session) ?? session.session,
          }))}
        />
      ) : null}
      {front ? (
        <figure className={css.screen}>
          <figcaption>
            <span>{names.get(front.session.session)}</span>
            <button type="button" onClick={() => onGo(front.span[0])}>
              {t("review.toStart")}
            </button>
            <button type="button" onClick={() => onGo(front.span[1])}>
              {t("review.toEnd")}
            </button>
            <code>{typed?.text}</code>
          </figcaption>
          <Suspense fallback={<Waiting />}>
            <CastScreen
              cast={front.cast}
              at_s={wallAt(anchors, now) - front.cast.started_s}
              label={names.get(front.session.session) ?? ""}
            />
          </Suspense>
        </figure>
      ) : null}
    </div>
  );
}

/** The terminal that was opened last before the playhead. */
function lastUsed(recordings: readonly Recording[], now: number): Recording | undefined {
  return recordings.findLast(({ span: [opened] }) => opened <= now) ?? recordings[0];
}
