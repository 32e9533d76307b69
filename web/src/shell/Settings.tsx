/** Language, appearance and account. */
import { BgColorsOutlined, GlobalOutlined, UserOutlined } from "@ant-design/icons";
import { Button, Dropdown, type MenuProps } from "antd";
import type { ReactElement, ReactNode } from "react";
import { useNavigate } from "react-router";
import { speak, useLanguage, useTranslation } from "#/language";
import { useTheme, type ThemeChoice } from "#/theme";
import { useQueryClient } from "#/transport/hooks";
import * as portal from "#/transport/portal";
import css from "./Settings.module.css";
import { usePresent } from "./SignedIn";

const THEMES: readonly ThemeChoice[] = ["system", "light", "dark"];

export function Settings(): ReactElement {
  return (
    <div className={css.settings}>
      <LanguageChoice />
      <ThemeSetting />
      <AccountMenu />
    </div>
  );
}

/** The other language, in its own script: one click and everything is in it. */
export function LanguageChoice(): ReactElement {
  const { t } = useTranslation();
  const other = useLanguage() === "zh" ? "en" : "zh";
  const name = other === "zh" ? "中文" : "English";
  return (
    <Button
      type="text"
      icon={<GlobalOutlined />}
      lang={other}
      aria-label={`${t("settings.language")}: ${name}`}
      onClick={() => void speak(other)}
    >
      {name}
    </Button>
  );
}

export function ThemeSetting(): ReactElement {
  const { t } = useTranslation();
  const { choice, choose } = useTheme();
  const items = THEMES.map((key) => ({ key, label: t(`settings.${key}`) }));
  const select = ({ key }: { key: string }): void => choose(key as ThemeChoice);
  return (
    <Choice
      label={t("settings.theme")}
      icon={<BgColorsOutlined />}
      menu={{ items, onClick: select, selectedKeys: [choice] }}
    />
  );
}

function AccountMenu(): ReactElement {
  const { t } = useTranslation();
  const { account } = usePresent();
  const queries = useQueryClient();
  const leave = async (): Promise<void> => {
    await portal.signOut();
    queries.clear();
    globalThis.location.assign("/");
  };
  const navigate = useNavigate();
  const items = [
    { key: "profile", label: t("settings.profile"), onClick: () => void navigate("/profile") },
    { key: "out", label: t("settings.signOut"), onClick: () => void leave() },
  ];
  return (
    <Choice label={t("settings.account")} icon={<UserOutlined />} menu={{ items }}>
      {account.display_name}
    </Choice>
  );
}

interface ChoiceProps {
  label: string;
  icon: ReactNode;
  menu: MenuProps;
  children?: string;
}

function Choice({ label, icon, menu, children }: ChoiceProps): ReactElement {
  const name = children === undefined ? label : `${label}: ${children}`;
  return (
    <Dropdown menu={menu} trigger={["click"]}>
      <Button type="text" icon={icon} aria-label={name}>
        {children}
      </Button>
    </Dropdown>
  );
}
