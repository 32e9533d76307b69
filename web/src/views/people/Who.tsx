import type { ReactElement } from "react";
import type { Person } from "#/models/people";
import css from "./people.module.css";

/** A person's name for people, with the account's below it. */
export function Who({ person }: { person: Person }): ReactElement {
  return (
    <span className={css.who}>
      <span>{person.display_name}</span>
      <small>{person.name}</small>
    </span>
  );
}
