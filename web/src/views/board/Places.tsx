/** Who stands where, readable from across a hall. */
import type { ReactElement } from "react";
import { useText, useTranslation } from "#/language";
import type { Board } from "#/models/exercise";
import css from "./board.module.css";

/** Rows that stay readable from five metres. */
const ROWS = 10;

export function Places({ board }: { board: Board }): ReactElement {
  const { t } = useTranslation();
  const text = useText();
  if (board.rows.length === 0) return <p className={css.quiet}>{t("board.nobody")}</p>;
  return (
    <section className={css.places}>
      <table>
        <colgroup>
          <col className={css.rank} />
          <col />
          <col className={css.sum} />
        </colgroup>
        <thead className="visually-hidden">
          <tr>
            <th>{t("board.place")}</th>
            <th>{t("board.learner")}</th>
            <th>{t("board.points")}</th>
          </tr>
        </thead>
        <tbody>
          {board.rows.slice(0, ROWS).map((row) => (
            <tr key={row.run} data-first={row.place === 1}>
              <td className="number">{row.place}</td>
              <td>
                <span className={css.learner}>{row.learner}</span>
                <span className="visually-hidden">
                  {t("task.progress", { solved: row.solved.length, total: board.tasks.length })}
                </span>
                <span className={css.dots} aria-hidden="true">
                  {board.tasks.map((task) => (
                    <i
                      key={task.name}
                      title={text(task.title)}
                      data-on={row.solved.includes(task.name)}
                    />
                  ))}
                </span>
              </td>
              <td className="number">{row.points}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <Progress board={board} />
    </section>
  );
}

/** How many have solved each task: what the marks in the rows stand for. */
function Progress({ board }: { board: Board }): ReactElement {
  const { t } = useTranslation();
  const text = useText();
  const all = board.rows.length;
  return (
    <ol className={css.progress} aria-label={t("run.tasks")}>
      {board.tasks.map(({ name, title }) => {
        const count = board.rows.filter(({ solved }) => solved.includes(name)).length;
        return (
          <li key={name} data-on={count > 0}>
            <span>{text(title)}</span>
            <i>
              <b style={{ width: `${(100 * count) / all}%` }} />
            </i>
            <span className="number">
              {count}/{all}
            </span>
          </li>
        );
      })}
    </ol>
  );
}
