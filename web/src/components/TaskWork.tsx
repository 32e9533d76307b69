/** One task to work on: its text, its hints and where the answer goes. */
import { BulbOutlined } from "@ant-design/icons";
import { Alert, Button, Input } from "antd";
import { useState, type ReactElement } from "react";
import { useLanguage, useText, useTranslation } from "#/language";
import { nextHint, open, worth, type Task } from "#/models/run";
import { pick, type Text } from "#/models/text";
import { asProblem } from "./Failed";
import { Markdown } from "./Markdown";
import { ProblemNote } from "./ProblemNote";
import css from "./TaskWork.module.css";

/** What became of an answer. */
export interface Judged {
  correct: boolean;
  outcome: string;
  reason: Text;
  points: number;
}

export interface TaskActions {
  onAnswer: (task: string, answer: string) => Promise<Judged>;
  onHint: (task: string) => Promise<unknown>;
}

interface TaskWorkProps extends TaskActions {
  task: Task;
  all: readonly Task[];
  /** The world stands still or somebody else's is watched: nothing can be handed in. */
  locked: boolean;
}

export function TaskWork({ task, all, locked, onAnswer, onHint }: TaskWorkProps): ReactElement {
  const text = useText();
  const ready = open(task) && !locked;
  return (
    <div className={css.work}>
      <Markdown text={text(task.text)} />
      <Hints task={task} locked={!ready} onHint={onHint} />
      <Requires task={task} all={all} />
      <AnswerBox key={task.name} task={task} locked={!ready} onAnswer={onAnswer} />
    </div>
  );
}

function Requires({ task, all }: { task: Task; all: readonly Task[] }): ReactElement | null {
  const { t } = useTranslation();
  const text = useText();
  if (task.requires.length === 0 || task.solved) return null;
  const names = task.requires.map((name) => text(all.find((each) => each.name === name)?.title));
  return <p className={css.note}>{t("task.requires", { tasks: names.join(" · ") })}</p>;
}

interface HintsProps {
  task: Task;
  locked: boolean;
  onHint: TaskActions["onHint"];
}

function Hints({ task, locked, onHint }: HintsProps): ReactElement | null {
  const { t } = useTranslation();
  const text = useText();
  const [busy, attempt, error] = useAttempt();
  const next = nextHint(task);
  if (task.hints.length === 0) return null;
  return (
    <section className={css.hints} aria-label={t("task.hints")}>
      {task.hints.map((hint, at) =>
        hint.text ? (
          <div key={at} className={css.hint}>
            <strong>{t("task.hint", { number: at + 1 })}</strong>
            <Markdown text={text(hint.text)} />
          </div>
        ) : null,
      )}
      {next && !task.solved ? (
        <Button
          size="small"
          icon={<BulbOutlined />}
          loading={busy}
          disabled={locked}
          onClick={() => void attempt(() => onHint(task.name))}
        >
          {next.price > 0
            ? t("task.takeHint", { number: next.number, count: next.price })
            : t("task.takeHintFree", { number: next.number })}
        </Button>
      ) : null}
      {error === null ? null : <ProblemNote problem={asProblem(error)} />}
    </section>
  );
}

interface AnswerBoxProps {
  task: Task;
  locked: boolean;
  onAnswer: TaskActions["onAnswer"];
}

function AnswerBox({ task, locked, onAnswer }: AnswerBoxProps): ReactElement {
  const { t } = useTranslation();
  const [value, setValue] = useState("");
  const [judged, setJudged] = useState<Judged | null>(null);
  const [busy, attempt, error] = useAttempt();
  const typed = task.kind === "text";
  const submit = async (): Promise<void> => {
    setJudged(null);
    const verdict = await onAnswer(task.name, typed ? value : "");
    setJudged(verdict);
    if (verdict.correct) setValue("");
  };
  const send = (): void => void attempt(submit);
  return (
    <section className={css.answer}>
      {task.solved ? null : (
        <>
          {typed ? (
            <form className={css.line} action={send}>
              <Input
                value={value}
                onChange={(event) => setValue(event.target.value)}
                placeholder={t("task.placeholder")}
                aria-label={t("task.answer")}
                disabled={locked}
                maxLength={2000}
                spellCheck={false}
                autoComplete="off"
              />
              <Button type="primary" htmlType="submit" loading={busy} disabled={locked || !value.trim()}>
                {t("task.submit")}
              </Button>
            </form>
          ) : (
            <>
              <p className={css.note}>{t("task.checkText")}</p>
              <Button type="primary" loading={busy} disabled={locked} onClick={send}>
                {t("task.check")}
              </Button>
            </>
          )}
          <Price task={task} />
        </>
      )}
      <div aria-live="polite">
        {judged ? <JudgedNote judged={judged} typed={typed} /> : null}
        {error === null ? null : <ProblemNote problem={asProblem(error)} />}
      </div>
    </section>
  );
}

function Price({ task }: { task: Task }): ReactElement {
  const { t } = useTranslation();
  const now = worth(task);
  const parts = [
    now < task.points
      ? t("task.worth", { worth: now, points: task.points })
      : t("task.points", { count: task.points }),
    task.wrong_price > 0 ? t("task.wrongPrice", { price: task.wrong_price }) : "",
    task.attempts_left === null ? "" : t("task.attemptsLeft", { count: task.attempts_left }),
  ];
  return <p className={css.note}>{parts.filter(Boolean).join(" · ")}</p>;
}

interface JudgedNoteProps {
  judged: Judged;
  /** An answer that was typed is right or not; of a state of the world there is more to say. */
  typed: boolean;
}

function JudgedNote({ judged, typed }: JudgedNoteProps): ReactElement {
  const { t } = useTranslation();
  const language = useLanguage();
  const { correct, outcome, points } = judged;
  const title = correct
    ? t("task.right", { points })
    : outcome === "refused"
      ? t("task.refused")
      : t("task.wrong");
  const type = correct ? "success" : outcome === "refused" ? "info" : "warning";
  const plain = correct || (typed && outcome !== "refused");
  return <Alert type={type} showIcon title={title} description={plain ? null : pick(judged.reason, language)} />;
}

/** Runs an action, telling whether it is under way and how it failed last. */
function useAttempt(): [boolean, (action: () => Promise<unknown>) => Promise<void>, unknown] {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const attempt = async (action: () => Promise<unknown>): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      await action();
    } catch (thrown) {
      setError(thrown);
    } finally {
      setBusy(false);
    }
  };
  return [busy, attempt, error];
}
