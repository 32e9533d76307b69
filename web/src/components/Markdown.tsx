/** An author's text. Raw HTML stays text, pictures are not fetched, links leave this page. */
import { memo, type ReactElement } from "react";
import ReactMarkdown, { type Components } from "react-markdown";
import remarkGfm from "remark-gfm";
import css from "./Markdown.module.css";

const PARTS: Components = {
  a: ({ href, children }) => (
    <a href={href} target="_blank" rel="noreferrer noopener">
      {children}
    </a>
  ),
  h1: "h3",
  h2: "h3",
};

function Prose({ text }: { text: string }): ReactElement {
  return (
    <div className={css.prose}>
      <ReactMarkdown remarkPlugins={[remarkGfm]} components={PARTS} disallowedElements={["img"]}>
        {text}
      </ReactMarkdown>
    </div>
  );
}

/** A page that follows a run draws itself each second: a text that stays is not read again. */
export const Markdown = memo(Prose);
