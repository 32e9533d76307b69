/** The terminals that are open: tabs in panes, panes side by side. */
import { CloseOutlined, PlusOutlined, SplitCellsOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { lazy, Suspense, useMemo, type ReactElement } from "react";
import { useTranslation } from "#/language";
import { splittable, type Dock, type Pane } from "#/models/dock";
import { titles, type TerminalSession } from "#/models/terminal";
import { DropMenu } from "./DropMenu";
import { Split } from "./Split";
import type { Line, LineListener } from "./TerminalPane";
import { Waiting } from "./Waiting";
import css from "./TerminalDock.module.css";

const TerminalPane = lazy(() => import("./TerminalPane"));

export interface Door {
  host: string;
  user: string;
}

interface TerminalDockProps {
  dock: Dock;
  sessions: readonly TerminalSession[];
  doors: readonly Door[];
  opening: boolean;
  connect: (session: string, listener: LineListener) => Line;
  /** The session that was just asked for, until it has the focus. */
  asked: string | null;
  onEntered: () => void;
  onOpen: (door: Door) => void;
  onShow: (session: string) => void;
  onSplit: (session: string) => void;
  onClose: (session: string) => void;
}

export function TerminalDock(props: TerminalDockProps): ReactElement {
  const { dock } = props;
  const names = useMemo(() => titles(props.sessions), [props.sessions]);
  if (dock.length === 0) return <NoTerminal {...props} />;
  return (
    <Split
      className={css.dock}
      parts={dock.map((pane, at) => ({
        label: names.get(pane.front) ?? pane.front,
        content: <PaneView {...props} pane={pane} names={names} last={at === dock.length - 1} />,
        min: 180,
      }))}
    />
  );
}

interface PaneViewProps extends TerminalDockProps {
  pane: Pane;
  names: Map<string, string>;
  last: boolean;
}

function PaneView(props: PaneViewProps): ReactElement {
  const { pane, names, dock, onShow, onSplit, onClose, last } = props;
  const { t } = useTranslation();
  return (
    <div className={css.pane}>
      <div className={css.bar}>
        <div className={css.tabs} role="tablist" aria-label={t("terminal.title")}>
          {pane.tabs.map((tab) => (
            <Tab
              key={tab}
              title={names.get(tab) ?? tab}
              front={tab === pane.front}
              onShow={() => onShow(tab)}
            />
          ))}
        </div>
        <span className={css.wayOut}>{t("terminal.wayOut")}</span>
        {splittable(dock, pane.front) ? (
          <Button
            type="text"
            size="small"
            className={css.act ?? ""}
            icon={<SplitCellsOutlined />}
            aria-label={t("terminal.split")}
            title={t("terminal.split")}
            onClick={() => onSplit(pane.front)}
          />
        ) : null}
        <Button
          type="text"
          size="small"
          className={css.act ?? ""}
          icon={<CloseOutlined />}
          aria-label={t("terminal.close", { title: names.get(pane.front) ?? "" })}
          onClick={() => onClose(pane.front)}
        />
        {last ? <OpenButton {...props} /> : null}
      </div>
      <div className={css.screens}>
        {pane.tabs.map((tab) => (
          <div key={tab} className={css.screen} hidden={tab !== pane.front}>
            <Screen {...props} session={tab} />
          </div>
        ))}
      </div>
    </div>
  );
}

interface TabProps {
  title: string;
  front: boolean;
  onShow: () => void;
}

function Tab({ title, front, onShow }: TabProps): ReactElement {
  return (
    <button type="button" role="tab" aria-selected={front} className={css.tab} onClick={onShow}>
      {title}
    </button>
  );
}

interface ScreenProps extends TerminalDockProps {
  session: string;
}

function Screen({ session, sessions, connect, asked, onEntered }: ScreenProps): ReactElement | null {
  const { t } = useTranslation();
  const found = sessions.find((each) => each.session === session);
  const line = useMemo(
    () => (listener: LineListener) => connect(session, listener),
    [connect, session],
  );
  if (!found) return null;
  const label = t("terminal.label", { host: found.host, user: found.user });
  return (
    <Suspense fallback={<Waiting />}>
      <TerminalPane
        label={label}
        connect={line}
        eager={asked === session}
        onEntered={onEntered}
      />
    </Suspense>
  );
}

function OpenButton(props: TerminalDockProps & { wide?: boolean }): ReactElement | null {
  const { doors, onOpen, opening, wide = false } = props;
  const { t } = useTranslation();
  const [only] = doors;
  if (!only) return null;
  const look = wide
    ? ({ type: "primary", children: t("terminal.open") } as const)
    : ({ type: "text", size: "small", className: css.act ?? "" } as const);
  const button = { icon: <PlusOutlined />, loading: opening, "aria-label": t("terminal.open") };
  if (doors.length === 1) return <Button {...look} {...button} onClick={() => onOpen(only)} />;
  const items = doors.map((door, key) => ({
    key,
    label: `${door.user}@${door.host}`,
    onClick: () => onOpen(door),
  }));
  return (
    <DropMenu menu={{ items }}>
      <Button {...look} {...button} />
    </DropMenu>
  );
}

function NoTerminal(props: TerminalDockProps): ReactElement {
  const { t } = useTranslation();
  return (
    <div className={css.none}>
      <p>{t("terminal.none")}</p>
      {props.doors.length > 0 ? <p className={css.how}>{t("terminal.noneText")}</p> : null}
      <OpenButton {...props} wide />
    </div>
  );
}
