/** The terminals of a run: the sessions there are and the dock that shows them. */
import { useCallback, useEffect, useMemo, useState } from "react";
import type { Door } from "#/components/TerminalDock";
import type { Line, LineListener } from "#/components/TerminalPane";
import { follow, remove, show, split, type Dock } from "#/models/dock";
import type { Run } from "#/models/run";
import type { TerminalSession } from "#/models/terminal";
import { useTell } from "#/shell/tell";
import { useQuery, useQueryClient } from "#/transport/hooks";
import * as portal from "#/transport/portal";
import { TerminalLink } from "#/transport/terminal";

export interface Terminals {
  sessions: readonly TerminalSession[];
  dock: Dock;
  opening: boolean;
  open: (door: Door) => void;
  show: (session: string) => void;
  split: (session: string) => void;
  close: (session: string) => void;
  connect: (session: string, listener: LineListener) => Line;
  asked: string | null;
  entered: () => void;
}

const NONE: readonly TerminalSession[] = [];

export function useTerminals(run: Run): Terminals {
  const queries = useQueryClient();
  const tell = useTell();
  const [arranged, setDock] = useState<Dock>([]);
  const [opening, setOpening] = useState(false);
  // What was asked for by name is typed into next; what is only there again, with a page that is
  // loaded or a part of it that is shown, leaves the focus where it is.
  const [asked, setAsked] = useState<string | null>(null);
  const entered = useCallback(() => setAsked(null), []);
  // Whoever watches sees a terminal that somebody else opens or closes: then it is asked again.
  const changed = run.timeline.findLast(({ kind }) => kind.startsWith("terminal."))?.sequence;
  const key = useMemo(() => ["run", run.id, "terminals", run.epoch], [run.id, run.epoch]);
  useEffect(() => void queries.invalidateQueries({ queryKey: key }), [queries, key, changed]);
  const listed = useQuery({
    queryKey: key,
    queryFn: async () => (await portal.terminals(run.id)).filter((each) => each.alive),
    enabled: run.state === "running" || run.state === "paused",
  });
  const sessions = listed.data ?? NONE;
  const dock = useMemo(
    () => follow(arranged, sessions.map((each) => each.session)),
    [arranged, sessions],
  );
  const keep = (change: (sessions: TerminalSession[]) => TerminalSession[]): void =>
    void queries.setQueryData<TerminalSession[]>(key, (old) => change(old ?? []));
  const open = async ({ host, user }: Door): Promise<void> => {
    setOpening(true);
    const made = await tell(() => portal.openTerminal(run.id, host, user));
    setOpening(false);
    if (!made) return;
    setAsked(made.session);
    keep((old) => [...old, made]);
    setDock(show(dock, made.session, dock.length - 1));
  };
  const close = async (session: string): Promise<void> => {
    await tell(() => portal.closeTerminal(run.id, session));
    keep((old) => old.filter((each) => each.session !== session));
    setDock(remove(dock, session));
  };
  const connect = useCallback(
    (session: string, listener: LineListener) => new TerminalLink(run.id, session, listener),
    [run.id],
  );
  return {
    sessions,
    dock,
    opening,
    open: (door) => void open(door),
    show: (session) => setDock(show(dock, session)),
    split: (session) => {
      setAsked(session);
      setDock(split(dock, session));
    },
    close: (session) => void close(session),
    connect,
    asked,
    entered,
  };
}
