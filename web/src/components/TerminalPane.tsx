/** A terminal on the screen. What it talks to is given to it. */
import { FitAddon } from "@xterm/addon-fit";
import { Terminal } from "@xterm/xterm";
import "@xterm/xterm/css/xterm.css";
import { useEffect, useRef, useState, type ReactElement } from "react";
import { useTranslation } from "#/language";
import css from "./TerminalPane.module.css";

export type LineState = "connecting" | "open" | "reconnecting" | "ended";

/** What a terminal hears from the other end. */
export interface LineListener {
  onFresh: () => void;
  onBytes: (bytes: Uint8Array) => void;
  onState: (state: LineState) => void;
}

/** The other end of a terminal. */
export interface Line {
  send: (text: string) => void;
  resize: (rows: number, columns: number) => void;
  close: () => void;
}

const LOOK = {
  fontFamily: '"IBM Plex Mono", "Noto Sans Mono CJK SC", ui-monospace, monospace',
  fontSize: 13,
  lineHeight: 1.2,
  cursorBlink: true,
  scrollback: 5000,
  // A link that a host prints (OSC 8) says one thing and may lead anywhere: it leads nowhere.
  linkHandler: { activate: () => undefined },
  theme: {
    background: "#0c1418",
    foreground: "#d6e0e4",
    cursor: "#f2b134",
    selectionBackground: "#2b4a55",
    black: "#22313a",
    red: "#ef6b62",
    green: "#5fc48a",
    yellow: "#e9b458",
    blue: "#6fa8e8",
    magenta: "#c58fe0",
    cyan: "#5cc3d3",
    white: "#d6e0e4",
    brightBlack: "#6b7f89",
  },
};

interface TerminalPaneProps {
  label: string;
  connect: (listener: LineListener) => Line;
  /** Its person has just asked for it: then, and only then, it takes the focus. */
  eager: boolean;
  onEntered: () => void;
}

export default function TerminalPane({ label, connect, eager, onEntered }: TerminalPaneProps): ReactElement {
  const { t } = useTranslation();
  const ground = useRef<HTMLDivElement>(null);
  const [state, setState] = useState<LineState>("connecting");
  useEffect(() => {
    if (!ground.current) return undefined;
    return attach(ground.current, label, connect, setState);
  }, [label, connect]);
  useEffect(() => {
    if (!eager) return;
    ground.current?.querySelector("textarea")?.focus({ preventScroll: true });
    onEntered();
  }, [eager, onEntered]);
  return (
    <div className={css.pane}>
      <div className={css.ground} ref={ground} />
      {state === "open" ? null : (
        <div className={css.state} role="status" data-state={state}>
          {t(`terminal.${state}`)}
        </div>
      )}
    </div>
  );
}

/** Tab is the shell's. Who has no mouse leaves backwards by Shift+Tab, onwards by Escape, then Tab. */
function wayOut(): (event: KeyboardEvent) => boolean {
  let escaped = false;
  return ({ key, shiftKey, type }) => {
    if (type !== "keydown") return true;
    const leaves = key === "Tab" && (shiftKey || escaped);
    escaped = key === "Escape";
    return !leaves;
  };
}

/** Puts a terminal into an element; gives what takes it out again. */
function attach(
  ground: HTMLElement,
  label: string,
  connect: TerminalPaneProps["connect"],
  onState: (state: LineState) => void,
): () => void {
  const terminal = new Terminal(LOOK);
  const fit = new FitAddon();
  terminal.loadAddon(fit);
  terminal.open(ground);
  terminal.textarea?.setAttribute("aria-label", label);
  terminal.attachCustomKeyEventHandler(wayOut());
  const line = connect({
    onFresh: () => terminal.reset(),
    onBytes: (bytes) => terminal.write(bytes),
    onState,
  });
  terminal.onData((text) => line.send(text));
  terminal.onResize(({ rows, cols }) => line.resize(rows, cols));
  const observer = new ResizeObserver(() => {
    if (ground.clientWidth > 0) fit.fit();
  });
  observer.observe(ground);
  line.resize(terminal.rows, terminal.cols);
  return () => {
    observer.disconnect();
    line.close();
    terminal.dispose();
  };
}
