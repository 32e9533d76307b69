/** The terminals of a run as they looked at the playhead. */
import { Spin } from "antd";
import { lazy, Suspense, type ReactElement } from "react";
import { useTranslation } from "#/language";
import type { Entry } from "#/models/journal";
import { castFrom, wallAt } from "#/models/review";
import type { TerminalSession } from "#/models/terminal";
import { useQuery } from "#/transport/hooks";
import * as portal from "#/transport/portal";
import css from "./review.module.css";

const CastScreen = lazy(() => import("#/components/CastScreen"));

interface RecordingsProps {
  run: string;
  entries: readonly Entry[];
  now: number;
}

export function Recordings({ run, entries, now }: RecordingsProps): ReactElement | null {
  const { t } = useTranslation();
  const sessions = useQuery({
    queryKey: ["record", run, "terminals"],
    queryFn: () => portal.terminals(run),
  });
  if (!sessions.data || sessions.data.length === 0) return null;
  return (
    <>
      <h2>{t("review.recordings")}</h2>
      {sessions.data.map((each) => (
        <Recording key={each.session} run={run} session={each} at={wallAt(entries, now)} />
      ))}
    </>
  );
}

interface RecordingProps {
  run: string;
  session: TerminalSession;
  /** Unix time at the playhead. */
  at: number;
}

function Recording({ run, session, at }: RecordingProps): ReactElement | null {
  const cast = useQuery({
    queryKey: ["record", run, "cast", session.session],
    queryFn: async () => castFrom(await portal.recording(run, session.session)),
    staleTime: Infinity,
  });
  if (!cast.data) return null;
  return (
    <div className={css.cast}>
      <Suspense fallback={<Spin />}>
        <CastScreen
          cast={cast.data}
          at_s={at - cast.data.started_s}
          title={`${session.user}@${session.host}`}
        />
      </Suspense>
    </div>
  );
}
