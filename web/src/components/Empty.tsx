/** What a list says when there is nothing in it: what it would hold, and how to begin. */
import type { ReactElement, ReactNode } from "react";
import css from "./Empty.module.css";

interface EmptyProps {
  title: string;
  text?: string;
  /** The way to begin. */
  children?: ReactNode;
}

export function Empty({ title, text, children }: EmptyProps): ReactElement {
  return (
    <div className={css.empty}>
      <strong>{title}</strong>
      {text ? <p>{text}</p> : null}
      {children}
    </div>
  );
}
