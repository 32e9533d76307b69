/** An author's text. Raw HTML stays text, pictures are not fetched, links leave this page. */
import { memo, type ReactElement } from "react";
import ReactMarkdown, { type Components } from "react-markdown";
import remarkCjkFriendly from "remark-cjk-friendly";
import remarkGfm from "remark-gfm";
import { bounded } from "#/models/links";
import css from "./Markdown.module.css";

/** The second one: bold and italics end beside Chinese punctuation, too. */
const PLUGINS = [remarkGfm, remarkCjkFriendly];

const PARTS: Components = {
  // What leads nowhere that is safe comes without an address.
  a: ({ href, children }) =>
    href ? (
      <a href={href} target="_blank" rel="noreferrer noopener">
        {children}
      </a>
    ) : (
      <span>{children}</span>
    ),
  h1: "h3",
  h2: "h3",
};

function Prose({ text }: { text: string }): ReactElement {
  return (
    <div className={css.prose}>
      <ReactMarkdown remarkPlugins={PLUGINS} components={PARTS} disallowedElements={["img"]}>
        {bounded(text)}
      </ReactMarkdown>
    </div>
  );
}

/** A page that follows a run draws itself each second: a text that stays is not read again. */
export const Markdown = memo(Prose);
