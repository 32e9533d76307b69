/** The bar above every page: where one is, where one can go, how it looks and speaks. */
import { MenuOutlined } from "@ant-design/icons";
import { Button, Drawer } from "antd";
import { useRef, useState, type ReactElement } from "react";
import { Link, NavLink, Outlet, ScrollRestoration } from "react-router";
import { useTranslation } from "#/language";
import { gathers } from "#/models/people";
import { teaches, tends } from "#/models/session";
import css from "./Frame.module.css";
import { Mark } from "./Mark";
import { Settings } from "./Settings";
import { usePresent } from "./SignedIn";

export function Frame(): ReactElement {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  // On a desk it never is: then there is none.
  const [opened, setOpened] = useState(false);
  const body = useRef<HTMLDivElement>(null);
  return (
    <div className={css.frame}>
      <button type="button" className={css.skip} onClick={() => body.current?.focus()}>
        {t("nav.skip")}
      </button>
      <header className={css.bar}>
        <Link to="/" className={css.brand} aria-label={t("name")}>
          <Mark />
          <span>{t("name")}</span>
        </Link>
        <nav className={css.wide} aria-label={t("nav.menu")}>
          <Places />
        </nav>
        <div className={css.wide}>
          <Settings />
        </div>
        <Button
          className={css.narrow}
          type="text"
          icon={<MenuOutlined />}
          aria-label={t("nav.menu")}
          onClick={() => {
            setOpen(true);
            setOpened(true);
          }}
        />
      </header>
      {opened ? (
        <Drawer open={open} onClose={() => setOpen(false)} size={280} title={t("name")}>
          <nav className={css.drawer} aria-label={t("nav.menu")}>
            <Places onGo={() => setOpen(false)} />
            <Settings />
          </nav>
        </Drawer>
      ) : null}
      <div className={css.body} tabIndex={-1} ref={body}>
        <Outlet />
      </div>
      <ScrollRestoration />
    </div>
  );
}

function Places({ onGo }: { onGo?: () => void }): ReactElement {
  const { t } = useTranslation();
  const { account } = usePresent();
  const places = [
    { to: "/", name: t("nav.library") },
    { to: "/runs", name: t("nav.runs") },
    ...(teaches(account) ? [{ to: "/exercises", name: t("nav.exercises") }] : []),
    ...(gathers(account) ? [{ to: "/people", name: t("nav.people") }] : []),
    ...(tends(account) ? [{ to: "/machine", name: t("nav.machine") }] : []),
  ];
  return (
    <>
      {places.map(({ to, name }) => (
        <NavLink
          key={to}
          to={to}
          end={to === "/"}
          className={({ isActive }) => `${css.place} ${isActive ? css.here : ""}`}
          {...(onGo ? { onClick: onGo } : {})}
        >
          {name}
        </NavLink>
      ))}
    </>
  );
}
