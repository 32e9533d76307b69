/** How it ended: the score, each task, objectives and what it cost the world; of one run or two. */
import { CheckCircleFilled, MinusCircleOutlined } from "@ant-design/icons";
import type { ReactElement, ReactNode } from "react";
import { useText, useTranslation } from "#/language";
import { clock } from "#/models/journal";
import { shown } from "#/models/points";
import { taskStories, type RunRecord, type TaskStory } from "#/models/record";
import css from "./review.module.css";

interface OutcomeProps {
  records: readonly RunRecord[];
  /** Go to a moment of the clock. */
  onGo: (moment: number) => void;
}

export function Outcome({ records, onGo }: OutcomeProps): ReactElement {
  return (
    <section className={css.outcome} data-beside={records.length > 1}>
      <Totals records={records} />
      <Tasks records={records} onGo={onGo} />
      <Facts records={records} />
    </section>
  );
}

function Totals({ records }: { records: readonly RunRecord[] }): ReactElement {
  return (
    <div className={css.totals}>
      {records.map(({ run }, at) => (
        <div key={run.id} data-whose={records.length > 1 ? at : undefined}>
          <span>{run.learner}</span>
          <p>
            <b className="number">{run.score.points}</b> / {run.score.max_points}
          </p>
        </div>
      ))}
    </div>
  );
}

function Tasks({ records, onGo }: OutcomeProps): ReactElement {
  const { t } = useTranslation();
  const text = useText();
  const stories = records.map(taskStories);
  return (
    <table className={css.tasks}>
      <caption className="visually-hidden">{t("run.tasks")}</caption>
      <thead>
        <tr>
          <th scope="col">{t("review.task")}</th>
          {records.map(({ run }, at) => (
            <th key={run.id} scope="col" data-whose={records.length > 1 ? at : undefined}>
              {records.length > 1 ? run.learner : t("review.solved")}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {records[0]?.run.task_list.map(({ name, title, points }) => (
          <tr key={name}>
            <th scope="row">{text(title)}</th>
            {stories.map((all, at) => (
              <td key={records[at]?.run.id}>
                <Story story={all.get(name)} points={points} onGo={onGo} />
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface StoryProps {
  story: TaskStory | undefined;
  points: number;
  onGo: (moment: number) => void;
}

function Story({ story, points, onGo }: StoryProps): ReactElement {
  const { t } = useTranslation();
  const { solved_s = null, wrong = 0, hints = 0, earned = 0 } = story ?? {};
  const notes = [
    wrong > 0 ? t("review.wrong", { count: wrong }) : "",
    hints > 0 ? t("review.hints", { count: hints }) : "",
  ].filter(Boolean);
  return (
    <span className={css.story} data-solved={solved_s !== null}>
      {solved_s === null ? (
        <span className="number">–</span>
      ) : (
        <button type="button" className="number" onClick={() => onGo(solved_s)}>
          {clock(solved_s)}
        </button>
      )}
      <small>{notes.join(" · ")}</small>
      <b className="number">
        {earned}/{points}
      </b>
    </span>
  );
}

function Facts({ records }: { records: readonly RunRecord[] }): ReactElement {
  const { t } = useTranslation();
  const text = useText();
  const [first] = records;
  const score = first?.run.score;
  const points = new Map(first?.points.map((point) => [point.name, point]));
  return (
    <div className={css.facts}>
      <FactTable
        title={t("review.objectives")}
        names={Object.keys(score?.objectives ?? {})}
        told={(name) => text(first?.run.objective_titles[name]) || name}
        records={records}
        cell={({ run }, name) => <Met met={run.score.objectives[name] ?? false} />}
      />
      <FactTable
        title={t("review.consequences")}
        names={Object.keys(score?.consequences ?? {})}
        told={(name) => text(points.get(name)?.title) || name}
        records={records}
        cell={({ run }, name) => (
          <>
            <b className="number">{shown(run.score.consequences[name])}</b>{" "}
            <small>{points.get(name)?.unit}</small>
          </>
        )}
      />
    </div>
  );
}

interface FactTableProps {
  title: string;
  names: readonly string[];
  /** What a name means to people. */
  told: (name: string) => string;
  records: readonly RunRecord[];
  cell: (record: RunRecord, name: string) => ReactNode;
}

function FactTable({ title, names, told, records, cell }: FactTableProps): ReactElement | null {
  if (names.length === 0) return null;
  return (
    <table>
      <caption>{title}</caption>
      <tbody>
        {names.map((name) => (
          <tr key={name}>
            <th scope="row" title={name}>
              {told(name)}
            </th>
            {records.map((record, at) => (
              <td key={record.run.id} data-whose={records.length > 1 ? at : undefined}>
                {cell(record, name)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Met({ met }: { met: boolean }): ReactElement {
  const { t } = useTranslation();
  return (
    <span data-met={met}>
      {met ? <CheckCircleFilled /> : <MinusCircleOutlined />} {met ? t("review.met") : t("review.notMet")}
    </span>
  );
}
