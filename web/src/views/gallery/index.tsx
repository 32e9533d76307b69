/** Every component with recorded data, for those who work on them. Not in the built interface. */
import { useState, type ReactElement, type ReactNode } from "react";
import { ClassMap } from "#/components/ClassMap";
import { ClassTable } from "#/components/ClassTable";
import { ConnectionBadge } from "#/components/ConnectionBadge";
import { ClockStack } from "#/components/clock/ClockStack";
import { Lane, Marks } from "#/components/clock/Lanes";
import CastScreen from "#/components/CastScreen";
import PointChart from "#/components/charts/PointChart";
import { HostPanel } from "#/components/HostPanel";
import { PackCard } from "#/components/PackCard";
import { Page } from "#/components/Page";
import { ProblemNote } from "#/components/ProblemNote";
import { RunList } from "#/components/RunList";
import { StateTag } from "#/components/StateTag";
import { TaskList } from "#/components/TaskList";
import { Timeline } from "#/components/Timeline";
import TopologyMap from "#/components/topology/TopologyMap";
import { ValueBoard } from "#/components/ValueBoard";
import type { Window } from "#/models/clock";
import { Problem } from "#/models/problem";
import { recorded } from "#/models/recorded";
import css from "./gallery.module.css";

const { run, topology, exercise, pack, points, samples, first, second } = recorded;
const NOTHING = (): void => undefined;
const PROBLEM = new Problem(
  "answer",
  "The sandbox does not answer",
  503,
  "Its agent did not reply within 5 s.",
  "Wait a moment, or reset the sandbox.",
);
const titles = new Map(run.task_list.map((task) => [task.name, task.name]));

export function Component(): ReactElement {
  const host = topology.hosts.find((each) => each.name === "genset-ctl");
  return (
    <Page title="Gallery">
      <Shown name="ConnectionBadge">
        {(["connecting", "live", "reconnecting", "refused"] as const).map((each) => (
          <ConnectionBadge key={each} connection={each} />
        ))}
      </Shown>
      <Shown name="StateTag">
        {(["queued", "starting", "running", "paused", "ended", "failed"] as const).map((each) => (
          <StateTag key={each} state={each} />
        ))}
      </Shown>
      <Shown name="ProblemNote">
        <ProblemNote problem={PROBLEM} />
      </Shown>
      <Shown name="PackCard">
        <PackCard pack={pack} />
        <PackCard pack={{ ...pack, verified: null, difficulty: 1 }} />
      </Shown>
      <Shown name="RunList">
        <RunList runs={exercise.runs.slice(0, 3)} />
      </Shown>
      <Shown name="TaskList">
        <TaskList
          tasks={run.task_list}
          chosen="frequency"
          onChoose={NOTHING}
          locked={false}
          onAnswer={() => Promise.reject(PROBLEM)}
          onHint={() => Promise.reject(PROBLEM)}
        />
      </Shown>
      <Shown name="HostPanel">
        {host ? (
          <HostPanel
            host={host}
            state={undefined}
            disabled={false}
            onTerminal={NOTHING}
            onScreen={NOTHING}
            onReset={NOTHING}
          />
        ) : null}
      </Shown>
      <Shown name="TopologyMap">
        <div className={css.map}>
          <TopologyMap topology={topology} hosts={run.hosts} />
        </div>
      </Shown>
      <Shown name="ValueBoard">
        <ValueBoard points={points} samples={samples} />
      </Shown>
      <Shown name="Timeline">
        <Timeline entries={run.timeline} tasks={run.task_list} />
      </Shown>
      <Shown name="PointChart">
        <PointChart
          unit="kW"
          points={["genset.power_kw", "grid.power_kw"].map((name) => ({ name, title: name }))}
          samples={samples}
        />
      </Shown>
      <Shown name="ClockStack">
        <Clock />
      </Shown>
      <Shown name="CastScreen">
        {second.recordings.map(({ cast, session }) => (
          <CastScreen key={session.session} cast={cast} at_s={Infinity} label={session.session} />
        ))}
      </Shown>
      <Shown name="ClassTable">
        <ClassTable runs={exercise.runs} tasks={titles} onReset={NOTHING} />
      </Shown>
      <Shown name="ClassMap">
        <ClassMap runs={exercise.runs} tasks={titles} />
      </Shown>
    </Page>
  );
}

function Clock(): ReactElement {
  const whole = [0, first.end_s] as const;
  const [window, setWindow] = useState<Window>(whole);
  const [now, setNow] = useState(first.end_s / 2);
  const marks = first.commands.map(({ time_s, text }, at) => ({
    key: String(at), time_s, tone: "info" as const, title: text, text,
  }));
  return (
    <ClockStack whole={whole} window={window} now={now} onNow={setNow} onWindow={setWindow} stops={[...new Set(marks.map(({ time_s }) => time_s))]}>
      <Lane label="Commands">
        <Marks marks={marks} window={window} />
      </Lane>
    </ClockStack>
  );
}

function Shown({ name, children }: { name: string; children: ReactNode }): ReactElement {
  return (
    <section className={css.shown}>
      <h2>{name}</h2>
      <div className={css.stage}>{children}</div>
    </section>
  );
}
