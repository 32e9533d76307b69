/** What a terminal showed at a moment of its recording. */
import { Terminal } from "@xterm/xterm";
import "@xterm/xterm/css/xterm.css";
import { useEffect, useRef, type ReactElement } from "react";
import { framesBy, output, type Cast } from "#/models/cast";
import css from "./CastScreen.module.css";

interface CastScreenProps {
  cast: Cast;
  /** Seconds since the terminal was opened. */
  at_s: number;
  label: string;
}

export default function CastScreen({ cast, at_s, label }: CastScreenProps): ReactElement {
  const ground = useRef<HTMLDivElement>(null);
  const terminal = useRef<Terminal>(null);
  const written = useRef(0);
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
    made.textarea?.setAttribute("aria-label", label);
    made.attachCustomKeyEventHandler(({ key }) => key !== "Tab"); // nothing is typed here
    terminal.current = made;
    written.current = 0;
    return () => made.dispose();
  }, [cast, label]);
  const frames = framesBy(cast, at_s);
  useEffect(() => {
    const back = frames < written.current;
    if (back) terminal.current?.reset();
    terminal.current?.write(output(cast, back ? 0 : written.current, frames));
    written.current = frames;
  }, [frames, cast]);
  return <div ref={ground} className={css.ground} />;
}
