/**
 * Which terminals are open where: panes side by side, each with tabs, one of them in front.
 *
 * No pane is ever empty; a dock without terminals has no panes.
 */
export interface Pane {
  readonly tabs: readonly string[];
  readonly front: string;
}
export type Dock = readonly Pane[];

/** Panes that still show a usable width of a terminal on a desk's screen. */
export const MOST_PANES = 3;

/** Shows a tab: it comes to the front of its pane, or joins pane `at`. */
export function show(dock: Dock, tab: string, at = 0): Dock {
  if (dock.length === 0) return [{ tabs: [tab], front: tab }];
  if (dock.some((pane) => pane.tabs.includes(tab))) {
    return dock.map((pane) => (pane.tabs.includes(tab) ? { ...pane, front: tab } : pane));
  }
  const target = Math.min(at, dock.length - 1);
  return dock.map((pane, index) =>
    index === target ? { tabs: [...pane.tabs, tab], front: tab } : pane,
  );
}

/** Takes a tab away; its neighbour comes to the front, an empty pane goes. */
export function remove(dock: Dock, tab: string): Dock {
  return dock.flatMap((pane) => {
    const at = pane.tabs.indexOf(tab);
    if (at < 0) return [pane];
    const tabs = pane.tabs.filter((each) => each !== tab);
    const front = pane.front === tab ? (tabs[at] ?? tabs.at(-1)) : pane.front;
    return front === undefined ? [] : [{ tabs, front }];
  });
}

/** Can a tab get a pane of its own? */
export function splittable(dock: Dock, tab: string): boolean {
  const pane = dock.find((each) => each.tabs.includes(tab));
  return dock.length < MOST_PANES && pane !== undefined && pane.tabs.length > 1;
}

/** Moves a tab to a new pane, right of its own. */
export function split(dock: Dock, tab: string): Dock {
  if (!splittable(dock, tab)) return dock;
  const at = dock.findIndex((pane) => pane.tabs.includes(tab));
  const rest = remove(dock, tab);
  return [...rest.slice(0, at + 1), { tabs: [tab], front: tab }, ...rest.slice(at + 1)];
}

/** Follows the sessions that there are: new ones get a tab, gone ones lose theirs. */
export function follow(dock: Dock, sessions: readonly string[]): Dock {
  const open = dock.flatMap((pane) => pane.tabs);
  const kept = open.filter((tab) => !sessions.includes(tab)).reduce(remove, dock);
  return sessions.filter((each) => !open.includes(each)).reduce((d, each) => show(d, each), kept);
}
