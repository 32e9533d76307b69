/** The live view of one run: the run itself and its points since the view was opened. */
import { insert, type Entry } from "./journal";
import { replacing, type LiveEvent, type Projection } from "./live";
import { extend, type Sample } from "./points";
import { runModel, type Run } from "./run";

export interface RunLive {
  readonly run: Run;
  /** Oldest first. */
  readonly samples: readonly Sample[];
}

const plain = replacing(runModel);

export const runProjection: Projection<RunLive> = {
  open(snapshot) {
    const run = plain.open(snapshot);
    return { run, samples: [sampleOf(run)] };
  },
  apply(live, event) {
    const run = withEntry(plain.apply(live.run, event), event);
    if (!("points_now" in event.changes)) return { ...live, run };
    return { run, samples: extend(live.samples, sampleOf(run)) };
  },
};

function sampleOf(run: Run): Sample {
  return { time_s: run.sandbox_time_s, values: run.points_now };
}

/** An event of the journal joins the timeline, unless the portal sent a whole new one. */
function withEntry(run: Run, event: LiveEvent): Run {
  if (event.sequence === null || "timeline" in event.changes) return run;
  return { ...run, timeline: insert(run.timeline, entryOf(run, event, event.sequence)) };
}

function entryOf(run: Run, event: LiveEvent, sequence: number): Entry {
  const { wall_time, actor, kind, subject, data } = event;
  const sandbox_time_s = event.sandbox_time_s ?? run.sandbox_time_s;
  return { sequence, epoch: run.epoch, wall_time, sandbox_time_s, actor, kind, subject, data };
}
