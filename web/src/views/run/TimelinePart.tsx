/** What happened: the latest as it comes, and what was before for whoever asks. */
import { Button } from "antd";
import { useState, type ReactElement } from "react";
import { Timeline } from "#/components/Timeline";
import { useTranslation } from "#/language";
import { KEPT, precedes, worthShowing, type Entry } from "#/models/journal";
import type { Run } from "#/models/run";
import { useTell } from "#/shell/tell";
import * as portal from "#/transport/portal";

/** So many are added each time: a long list is slow to draw. */
const STEP = 200;

export function TimelinePart({ run }: { run: Run }): ReactElement {
  const { t } = useTranslation();
  const tell = useTell();
  const [kept, setKept] = useState<readonly Entry[]>([]);
  const [wanted, setWanted] = useState(0);
  const [asking, setAsking] = useState(false);
  const { timeline } = run;
  const [first] = timeline;
  const last = kept.at(-1);
  // What was fetched reaches up to a moment ago; later the live list may have moved on from there.
  const joined = first !== undefined && last !== undefined && !precedes(last, first);
  const before = first ? kept.filter((entry) => precedes(entry, first)) : [];
  const more = joined ? before.length > wanted : run.timeline_more || timeline.length >= KEPT;

  async function older(): Promise<void> {
    setAsking(true);
    const found = joined ? kept : await tell(() => portal.events(run.id));
    setAsking(false);
    if (!found) return;
    setKept(found.filter(worthShowing));
    setWanted(wanted + STEP);
  }

  return (
    <Timeline
      entries={[...before.slice(-wanted || before.length), ...timeline]}
      tasks={run.task_list}
      end={
        more ? (
          <Button loading={asking} onClick={() => void older()}>
            {t("timeline.older")}
          </Button>
        ) : null
      }
    />
  );
}
