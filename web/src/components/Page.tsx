/** The common frame of a page that is read from top to bottom. */
import type { ReactElement, ReactNode } from "react";
import css from "./Page.module.css";

interface PageProps {
  title: string;
  lead?: string;
  aside?: ReactNode;
  children: ReactNode;
}

export function Page({ title, lead, aside, children }: PageProps): ReactElement {
  return (
    <main className={css.page}>
      <header className={css.head}>
        <div>
          <h1>{title}</h1>
          {lead ? <p>{lead}</p> : null}
        </div>
        {aside}
      </header>
      {children}
    </main>
  );
}
