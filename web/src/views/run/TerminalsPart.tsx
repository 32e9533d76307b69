/** The terminals of a run in their dock. */
import type { ReactElement } from "react";
import { TerminalDock } from "#/components/TerminalDock";
import type { Run } from "#/models/run";
import type { Terminals } from "./terminals";

export function TerminalsPart(props: { run: Run; terminals: Terminals }): ReactElement {
  const { dock, sessions, opening, connect, asked, entered, open, show, split, close } = props.terminals;
  return (
    <TerminalDock
      dock={dock}
      sessions={sessions}
      doors={props.run.state === "running" ? props.run.doors : []}
      opening={opening}
      connect={connect}
      asked={asked}
      onEntered={entered}
      onOpen={open}
      onShow={show}
      onSplit={split}
      onClose={close}
    />
  );
}
