/** The common frame of a page that is read from top to bottom. */
import type { ReactElement, ReactNode } from "react";
import css from "./Page.module.css";

interface PageProps {
  title: string;
  lead?: string;
  aside?: ReactNode;
  /** For what needs the whole width of a desk's screen. */
  wide?: boolean;
  children: ReactNode;
}

export function Page({ title, lead, aside, wide = false, children }: PageProps): ReactElement {
  return (
    <main className={css.page} data-wide={wide}>
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
