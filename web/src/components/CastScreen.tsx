/** What a terminal showed at a moment of its recording. */
import { Terminal } from "@xterm/xterm";
import "@xterm/xterm/css/xterm.css";
import { useEffect, useRef, type ReactElement } from "react";
import { shownBy, type Cast } from "#/models/review";
import css from "./CastScreen.module.css";

interface CastScreenProps {
  cast: Cast;
  /** Seconds since the terminal was opened. */
  at_s: number;
  title: string;
}

export default function CastScreen({ cast, at_s, title }: CastScreenProps): ReactElement {
  const ground = useRef<HTMLDivElement>(null);
  const terminal = useRef<Terminal>(null);
  useEffect(() => {
    if (!ground.current) return undefined;
    const made = new Terminal({
      cols: cast.columns,
      rows: cast.rows,
      disableStdin: true,
      fontFamily: '"IBM Plex Mono", "Noto Sans Mono CJK SC", ui-monospace, monospace',
      fontSize: 12,
      theme: { background: "#0c1418", foreground: "#d6e0e4" },
    });
    made.open(ground.current);
    made.textarea?.setAttribute("aria-label", title);
    terminal.current = made;
    return () => made.dispose();
  }, [cast, title]);
  const text = shownBy(cast, at_s);
  useEffect(() => {
    terminal.current?.reset();
    terminal.current?.write(text);
  }, [text, cast]);
  return (
    <figure className={css.cast}>
      <figcaption>{title}</figcaption>
      <div ref={ground} className={css.ground} />
    </figure>
  );
}
