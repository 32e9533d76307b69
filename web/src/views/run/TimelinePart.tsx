/** What has happened in a run. */
import type { ReactElement } from "react";
import { Timeline } from "#/components/Timeline";
import type { Run } from "#/models/run";

export function TimelinePart({ run }: { run: Run }): ReactElement {
  return <Timeline entries={run.timeline} />;
}
