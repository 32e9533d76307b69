/** Choices that everybody has, signed in or not: language and appearance. */
import { BgColorsOutlined, GlobalOutlined } from "@ant-design/icons";
import { Button, type MenuProps } from "antd";
import type { ReactElement, ReactNode } from "react";
import { DropMenu } from "#/components/DropMenu";
import { speak, useLanguage, useTranslation } from "#/language";
import { useTheme, type ThemeChoice } from "#/theme";

const THEMES: readonly ThemeChoice[] = ["system", "light", "dark"];

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

interface ChoiceProps {
  label: string;
  icon: ReactNode;
  menu: MenuProps;
  children?: string;
}

/** A button with a menu. */
export function Choice({ label, icon, menu, children }: ChoiceProps): ReactElement {
  const name = children === undefined ? label : `${label}: ${children}`;
  return (
    <DropMenu menu={menu}>
      <Button type="text" icon={icon} aria-label={name}>
        {children}
      </Button>
    </DropMenu>
  );
}
