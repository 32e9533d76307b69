/** Lanes of what happened: tasks, commands, terminals, the journal by side, services. */
import { useMemo, type ReactElement } from "react";
import { Lane, Marks, Stretches, type Stretch } from "#/components/clock/Lanes";
import { useKindName, useText, useTranslation } from "#/language";
import type { Window } from "#/models/clock";
import { clock, side, tone, worthShowing, type Entry } from "#/models/journal";
import type { Mark } from "#/models/marks";
import { learning, type RunRecord } from "#/models/record";
import { serviceLanes } from "#/models/services";

interface LaneProps {
  record: RunRecord;
  whose: 0 | 1 | undefined;
  window: Window;
}

/** A lane's name; of two runs, with its learner. */
function useLabel({ record, whose }: LaneProps): (name: string) => ReactElement {
  return (name) => (
    <span title={record.run.learner}>
      {name}
      {whose === undefined ? null : ` · ${record.run.learner}`}
    </span>
  );
}

const keyOf = ({ epoch, sequence }: Entry): string => `${epoch}.${sequence}`;

export function TaskLane(props: LaneProps): ReactElement {
  const { record, whose, window } = props;
  const { t } = useTranslation();
  const text = useText();
  const kindName = useKindName();
  const label = useLabel(props);
  const marks = useMemo(() => {
    const titles = new Map(record.run.task_list.map(({ name, title }) => [name, text(title)]));
    return learning(record.entries).map((entry): Mark => {
      const title = titles.get(entry.subject) ?? entry.subject;
      const hint = entry.kind === "hint.taken";
      const right = entry.data.correct === true;
      const what = hint ? kindName(entry.kind) : right ? t("kind.right") : t("kind.wrong");
      return {
        key: keyOf(entry),
        time_s: entry.sandbox_time_s,
        tone: hint ? "info" : tone(entry),
        title: `${clock(entry.sandbox_time_s)} ${title}: ${what}`,
        text: right ? title : what,
      };
    });
    // Words change with the language only, which makes the page anew.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [record]);
  return (
    <Lane label={label(t("run.tasks"))} whose={whose}>
      <Marks marks={marks} window={window} />
    </Lane>
  );
}

export function CommandLane(props: LaneProps): ReactElement {
  const { record, whose, window } = props;
  const { t } = useTranslation();
  const label = useLabel(props);
  const marks = useMemo(
    () =>
      record.commands.map(({ time_s, by, text, refused }, at): Mark => ({
        key: String(at),
        time_s,
        tone: refused ? "bad" : "info",
        title: `${clock(time_s)} ${by}: ${text}`,
        text,
      })),
    [record],
  );
  return (
    <Lane label={label(t("review.commands"))} whose={whose}>
      <Marks marks={marks} window={window} />
    </Lane>
  );
}

export function TerminalLane(props: LaneProps): ReactElement | null {
  const { record, whose, window } = props;
  const { t } = useTranslation();
  const label = useLabel(props);
  const stretches = useMemo(
    () =>
      record.recordings.map(({ session, span: [from_s, to_s] }): Stretch => ({
        from_s,
        to_s,
        state: "terminal",
        title: `${session.user}@${session.host} ${clock(from_s)}–${clock(to_s)}`,
      })),
    [record],
  );
  if (stretches.length === 0) return null;
  return (
    <Lane label={label(t("review.recordings"))} whose={whose}>
      <Stretches stretches={stretches} window={window} />
    </Lane>
  );
}

const SIDES = ["red", "blue", "green", "white", "network", "system"];

/** The journal: a lane a side of one run, one lane of each of two. */
export function JournalLanes(props: LaneProps): ReactElement {
  const { record, whose, window } = props;
  const { t } = useTranslation();
  const kindName = useKindName();
  const label = useLabel(props);
  const names: Record<string, string> = t("side", { returnObjects: true });
  const lanes = useMemo(() => {
    const told = record.entries.filter(worthShowing).map((entry) => ({
      side: side(entry),
      mark: {
        key: keyOf(entry),
        time_s: entry.sandbox_time_s,
        tone: tone(entry),
        title: `${clock(entry.sandbox_time_s)} ${kindName(entry.kind)} ${entry.subject}`,
      },
    }));
    return Map.groupBy(told, (one) => (whose === undefined ? one.side : "all"));
    // As above.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [record, whose]);
  const order = whose === undefined ? SIDES.filter((each) => lanes.has(each)) : ["all"];
  return (
    <>
      {order.map((each) => (
        <Lane
          key={each}
          label={label(each === "all" ? t("review.journal") : `${t("review.journal")}${t("colon")}${names[each] ?? each}`)}
          whose={whose}
        >
          <Marks marks={(lanes.get(each) ?? []).map(({ mark }) => mark)} window={window} />
        </Lane>
      ))}
    </>
  );
}

/** Services that failed have a lane of their own, as many as these. */
const TROUBLED = 6;

export function ServiceLanes(props: LaneProps): ReactElement {
  const { record, whose, window } = props;
  const { t } = useTranslation();
  const label = useLabel(props);
  const words: Record<string, string> = t("review.serviceState", { returnObjects: true });
  const lanes = useMemo(() => serviceLanes(record.entries, record.end_s), [record]);
  const troubled = lanes.filter(({ spans }) => spans.some(({ state }) => state !== "up"));
  const shown = (name: string, spans: (typeof lanes)[number]["spans"]): Stretch[] =>
    spans.map(({ from_s, to_s, state }) => ({
      from_s,
      to_s,
      state,
      title: `${name}: ${words[state] ?? state}, ${clock(from_s)}–${clock(to_s)}`,
    }));
  const all: Stretch = { from_s: 0, to_s: record.end_s, state: "up", title: words.up ?? "" };
  const bad = troubled.flatMap(({ name, spans }) =>
    shown(name, spans.filter(({ state }) => state !== "up")),
  );
  return (
    <>
      <Lane label={label(t("host.services"))} whose={whose}>
        <Stretches stretches={[all, ...bad]} window={window} />
      </Lane>
      {whose === undefined
        ? troubled.slice(0, TROUBLED).map(({ name, spans }) => (
            <Lane key={name} label={<span className="number">{name}</span>}>
              <Stretches stretches={shown(name, spans)} window={window} />
            </Lane>
          ))
        : null}
    </>
  );
}
