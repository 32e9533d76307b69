/** What happened last, in words that are read from across a hall. */
import type { ReactElement } from "react";
import { useKindName, useText, useTranslation } from "#/language";
import type { Board } from "#/models/exercise";
import { clock, side, tone, worthShowing, type Entry } from "#/models/journal";
import { textModel } from "#/models/text";
import { safeParse } from "valibot";
import css from "./board.module.css";

/** Latest events that fit. */
const SHOWN = 6;

/** Kinds that only who looks closely wants to know. */
const FINE = new Set(["point.changed", "terminal.opened", "terminal.closed", "service.up", "clock.slipped", "program.ran", "inject.applied", "login.accepted"]);

/** Kinds that say everything themselves: their subject is the one world that is shown. */
const PLAIN = /^(sandbox|exercise)\./;

interface HappeningProps {
  entries: readonly Entry[];
  tasks: Board["tasks"];
}

export function Happening({ entries, tasks }: HappeningProps): ReactElement {
  const { t } = useTranslation();
  const text = useText();
  const kindName = useKindName();
  const told = entries.filter((entry) => worthShowing(entry) && !FINE.has(entry.kind));
  const names = new Map(tasks.map(({ name, title }) => [name, text(title)]));
  const what = (entry: Entry): string => {
    const said = safeParse(textModel, entry.data.text ?? "");
    if (entry.kind === "message.sent" && said.success) return text(said.output);
    if (entry.kind === "command.applied") return `${entry.subject} = ${String(entry.data.value)}`;
    if (PLAIN.test(entry.kind)) return "";
    const outcome = entry.data.correct === true ? t("kind.right") : t("kind.wrong");
    const name = names.get(entry.subject) ?? entry.subject;
    return entry.kind === "task.answered" ? `${name} · ${outcome}` : name;
  };
  return (
    <section className={css.events}>
      <h2>{t("board.happening")}</h2>
      {told.length === 0 ? <p className={css.quiet}>{t("board.still")}</p> : null}
      <ol>
        {told
          .slice(-SHOWN)
          .toReversed()
          .map((entry) => (
            <li key={`${entry.epoch}.${entry.sequence}`} data-tone={tone(entry)} data-side={side(entry)}>
              <time className="number">{clock(entry.sandbox_time_s)}</time>
              <span>
                <strong>{kindName(entry.kind)}</strong> {what(entry)}
              </span>
            </li>
          ))}
      </ol>
    </section>
  );
}
