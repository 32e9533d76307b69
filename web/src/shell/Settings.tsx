/** Language, appearance and account. */
import { UserOutlined } from "@ant-design/icons";
import type { ReactElement } from "react";
import { useNavigate } from "react-router";
import { useTranslation } from "#/language";
import { useQueryClient } from "#/transport/hooks";
import * as portal from "#/transport/portal";
import { Choice, LanguageChoice, ThemeSetting } from "./choices";
import css from "./Settings.module.css";
import { usePresent } from "./SignedIn";

export function Settings(): ReactElement {
  return (
    <div className={css.settings}>
      <LanguageChoice />
      <ThemeSetting />
      <AccountMenu />
    </div>
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
