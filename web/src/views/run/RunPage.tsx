/** Lays the parts of a run out: side by side on a desk, one at a time on a phone. */
import { lazy, Suspense, useDeferredValue, useState, type ReactElement, type ReactNode } from "react";
import { useNarrow } from "#/components/narrow";
import { Waiting } from "#/components/Waiting";
import { Segments } from "#/components/Segments";
import { Split } from "#/components/Split";
import { useTranslation } from "#/language";
import type { Connection } from "#/models/live";
import { others } from "#/models/run";
import type { RunLive } from "#/models/runLive";
import { usePresent } from "#/shell/SignedIn";
import { useMessages } from "./messages";
import css from "./run.module.css";
import { RunBar } from "./RunBar";
import { Standing } from "./Standing";
import { TasksPart } from "./TasksPart";
import { TerminalsPart } from "./TerminalsPart";
import { TimelinePart } from "./TimelinePart";
import { WorldPart } from "./WorldPart";
import { ScreensPart } from "./ScreensPart";
import { useTerminals } from "./terminals";

const ValuesPart = lazy(() => import("./ValuesPart"));

type Part = "tasks" | "world" | "terminal" | "screens" | "values" | "timeline";
type Upper = Exclude<Part, "tasks" | "terminal">;

const UPPER: readonly Upper[] = ["world", "screens", "values", "timeline"];
const ALL: readonly Part[] = ["tasks", "world", "terminal", "screens", "values", "timeline"];

interface RunPageProps {
  live: RunLive;
  connection: Connection;
}

export function RunPage({ live, connection }: RunPageProps): ReactElement {
  const { run } = live;
  const narrow = useNarrow();
  const [part, setPart] = useState<Part>(narrow ? "tasks" : "world");
  const [screen, setScreen] = useState<{ host: string; screen: string } | null>(null);
  const terminals = useTerminals(run);
  const { account } = usePresent();
  const watched = others(run, account.id);
  useMessages(run);
  const still = run.state !== "running";
  // The tasks are there first, and can be worked on while the rest is being drawn.
  const whole = useDeferredValue(true, false);
  const openScreen = (host: string, name: string): void => {
    setScreen({ host, screen: name });
    setPart("screens");
  };
  const openTerminal = (host: string, user: string): void => {
    terminals.open({ host, user });
    if (narrow) setPart("terminal");
  };
  const view = (wanted: Part): ReactNode => {
    if (!whole && wanted !== "tasks") return null;
    switch (wanted) {
      case "tasks":
        return <TasksPart run={run} still={still || watched} />;
      case "world":
        return (
          <WorldPart run={run} still={still} onTerminal={openTerminal} onScreen={openScreen} />
        );
      case "terminal":
        return <TerminalsPart run={run} terminals={terminals} />;
      case "screens":
        return <ScreensPart run={run} still={still} chosen={screen} onChoose={openScreen} />;
      case "values":
        return (
          <Suspense fallback={<Waiting />}>
            <ValuesPart run={run} samples={live.samples} />
          </Suspense>
        );
      case "timeline":
        return <TimelinePart run={run} />;
    }
  };
  return (
    <main className={css.page}>
      <RunBar run={run} connection={connection} />
      <Standing run={run} watched={watched} />
      {narrow ? (
        <Phone part={part} onPart={setPart} view={view} />
      ) : (
        <Desk part={part} onPart={setPart} view={view} />
      )}
    </main>
  );
}

interface LayoutProps {
  part: Part;
  onPart: (part: Part) => void;
  view: (part: Part) => ReactNode;
}

function Desk({ part, onPart, view }: LayoutProps): ReactElement {
  const { t } = useTranslation();
  const upper = UPPER.find((each) => each === part) ?? "world";
  const above = (
    <div className={css.upper}>
      <Choice parts={UPPER} part={upper} onPart={onPart} />
      <div className={css.part}>{view(upper)}</div>
    </div>
  );
  return (
    <Split
      className={css.desk}
      parts={[
        {
          label: t("run.tasks"),
          content: view("tasks"),
          size: 408,
          min: 300,
          max: "50%",
          className: css.tasks,
        },
        {
          label: t("run.world"),
          content: (
            <Split
              vertical
              parts={[
                { label: t(`run.${upper}`), content: above, min: 160 },
                { label: t("run.terminal"), content: view("terminal"), size: "42%", min: 120 },
              ]}
            />
          ),
        },
      ]}
    />
  );
}

function Phone({ part, onPart, view }: LayoutProps): ReactElement {
  return (
    <div className={css.upper}>
      <div className={css.scroll}>
        <Choice parts={ALL} part={part} onPart={onPart} />
      </div>
      <div className={css.part}>{view(part)}</div>
    </div>
  );
}

interface ChoiceProps {
  parts: readonly Part[];
  part: Part;
  onPart: (part: Part) => void;
}

function Choice({ parts, part, onPart }: ChoiceProps): ReactElement {
  const { t } = useTranslation();
  const names: Record<Part, string> = {
    tasks: t("run.tasks"),
    world: t("run.world"),
    terminal: t("run.terminal"),
    screens: t("run.screens"),
    values: t("run.values"),
    timeline: t("run.timeline"),
  };
  return (
    <Segments
      className={css.choice ?? ""}
      options={parts.map((value) => ({ value, label: names[value] }))}
      value={part}
      onChange={onPart}
      aria-label={t("run.parts")}
    />
  );
}
