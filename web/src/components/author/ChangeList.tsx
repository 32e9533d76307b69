/** What is different in the plan, by part and name. */
import { Tag } from "antd";
import type { ReactElement } from "react";
import { useTranslation } from "#/language";
import { byPart, type PlanChange } from "#/models/author";
import css from "./lists.module.css";

const COLOURS: Record<string, string> = { added: "success", removed: "error", changed: "warning" };

interface ChangeListProps {
  /** `null`: there is nothing to compare, for `reason`. */
  changes: readonly PlanChange[] | null;
  reason: string;
}

export function ChangeList({ changes, reason }: ChangeListProps): ReactElement {
  const { t } = useTranslation();
  if (changes === null) return <p className={css.quiet}>{reason}</p>;
  if (changes.length === 0) return <p className={css.quiet}>{t("author.noChange")}</p>;
  return (
    <div className={css.parts}>
      {[...byPart(changes)].map(([part, items]) => (
        <section key={part}>
          <h3>{t(`author.part.${part}` as "author.part.hosts")}</h3>
          <ul>
            {items.map((each) => (
              <Item key={each.name} change={each} />
            ))}
          </ul>
        </section>
      ))}
    </div>
  );
}

function Item({ change }: { change: PlanChange }): ReactElement {
  const { t } = useTranslation();
  const { name, kind, before, after } = change;
  return (
    <li>
      <Tag color={COLOURS[kind] ?? "default"}>{t(`author.change.${kind}` as "author.change.added")}</Tag>
      <code>{name}</code>
      {kind !== "added" && before !== after ? <del>{before}</del> : null}
      {kind !== "removed" ? <ins>{after}</ins> : null}
    </li>
  );
}
