/** What happened, latest first. */
import { useState, type ReactElement, type ReactNode } from "react";
import { useKindName, useLanguage, useText, useTranslation } from "#/language";
import { clock, side, tone, worthShowing, type Entry } from "#/models/journal";
import type { Task } from "#/models/run";
import { textModel, pick } from "#/models/text";
import { safeParse } from "valibot";
import { Segments } from "./Segments";
import css from "./Timeline.module.css";

type Filter = "all" | "mine" | "world";

/** Kinds whose subject is a task. */
const OF_TASKS = new Set(["task.answered", "hint.taken"]);
const MINE = ["task.", "hint.", "terminal.", "message."];

function passes(entry: Entry, filter: Filter): boolean {
  if (!worthShowing(entry)) return false;
  const mine = MINE.some((start) => entry.kind.startsWith(start));
  return filter === "all" || mine === (filter === "mine");
}

interface TimelineProps {
  entries: readonly Entry[];
  tasks: readonly Task[];
  /** What stands below the oldest entry. */
  end?: ReactNode;
}

export function Timeline({ entries, tasks, end }: TimelineProps): ReactElement {
  const { t } = useTranslation();
  const [filter, setFilter] = useState<Filter>("all");
  const shown = entries.filter((entry) => passes(entry, filter)).toReversed();
  const options = (["all", "mine", "world"] as const).map((value) => ({
    value,
    label: t(`timeline.${value}`),
  }));
  return (
    <div className={css.timeline}>
      <Segments
        size="small"
        options={options}
        value={filter}
        onChange={setFilter}
        aria-label={t("timeline.label")}
      />
      {shown.length === 0 ? <p className={css.none}>{t("timeline.none")}</p> : null}
      <EntryList entries={shown} tasks={tasks} />
      {end}
    </div>
  );
}

interface EntryListProps {
  entries: readonly Entry[];
  /** Whose titles stand for their names. */
  tasks: readonly Task[];
  /** Go to an entry's moment; without it, times are no buttons. */
  onGo?: ((time_s: number) => void) | undefined;
}

export function EntryList({ entries, tasks, onGo }: EntryListProps): ReactElement {
  const text = useText();
  const titles = new Map(tasks.map(({ name, title }) => [name, text(title)]));
  return (
    <ol className={css.entries}>
      {entries.map((entry) => (
        <EntryLine key={`${entry.epoch}.${entry.sequence}`} entry={entry} titles={titles} onGo={onGo} />
      ))}
    </ol>
  );
}

interface EntryLineProps {
  entry: Entry;
  titles: ReadonlyMap<string, string>;
  onGo: ((time_s: number) => void) | undefined;
}

function EntryLine({ entry, titles, onGo }: EntryLineProps): ReactElement {
  const { t } = useTranslation();
  const kindName = useKindName();
  const detail = useDetail()(entry);
  const who = side(entry);
  const { kind, subject } = entry;
  const title = OF_TASKS.has(kind) ? titles.get(subject) : undefined;
  const everyone = kind === "message.sent" && subject === "everyone";
  const names: Record<string, string> = t("side", { returnObjects: true });
  return (
    <li className={css.entry} data-tone={tone(entry)}>
      <time className="number">
        {onGo ? (
          <button type="button" onClick={() => onGo(entry.sandbox_time_s)}>
            {clock(entry.sandbox_time_s)}
          </button>
        ) : (
          clock(entry.sandbox_time_s)
        )}
      </time>
      <i className={css.dot} />
      <span className={css.what}>
        <strong>{kindName(entry.kind)}</strong> {title ?? (everyone ? t("timeline.everyone") : <span className={css.subject}>{subject}</span>)}
        {detail ? " " : null}
        {detail ? <span className={css.detail}>{detail}</span> : null}
      </span>
      <span className={css.side} data-side={who}>
        {names[who] ?? who}
      </span>
    </li>
  );
}

/** The one thing about an entry that a reader wants beside its name. */
function useDetail(): (entry: Entry) => string {
  const { t } = useTranslation();
  const language = useLanguage();
  return ({ kind, data }) => {
    if (kind === "task.answered") return data.correct === true ? t("kind.right") : t("kind.wrong");
    if (kind === "command.applied" || kind === "point.changed") return `→\u00a0${plain(data.value)}`;
    const text = safeParse(textModel, data.text ?? data.reason ?? "");
    return text.success ? pick(text.output, language) : "";
  };
}

function plain(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
