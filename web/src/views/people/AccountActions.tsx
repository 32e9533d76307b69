/** What an administrator can do with an account. */
import { MoreOutlined } from "@ant-design/icons";
import { App, Button } from "antd";
import { useState, type ReactElement } from "react";
import { GRAVE } from "#/components/grave";
import { DropMenu } from "#/components/DropMenu";
import { useTranslation } from "#/language";
import type { Person } from "#/models/people";
import { useTell } from "#/shell/tell";
import { useQueryClient } from "#/transport/hooks";
import * as people from "#/transport/people";
import { AccountDialog } from "./AccountDialog";
import css from "./people.module.css";

export function AccountActions({ person }: { person: Person }): ReactElement {
  const { t } = useTranslation();
  const [editing, setEditing] = useState(false);
  const lock = useLock(person);
  const signOut = useSignOut(person);
  const items = [
    {
      key: "lock",
      danger: !person.disabled,
      label: person.disabled ? t("people.account.unlock") : t("people.account.lock"),
      onClick: lock,
    },
    { key: "out", label: t("people.account.signOut"), onClick: signOut },
  ];
  return (
    <span className={css.own}>
      <Button
        size="small"
        aria-label={t("people.account.editTitle", { name: person.display_name })}
        onClick={() => setEditing(true)}
      >
        {t("people.account.edit")}
      </Button>
      <DropMenu menu={{ items }}>
        <Button
          size="small"
          icon={<MoreOutlined />}
          aria-label={`${t("people.more")}: ${person.display_name}`}
        />
      </DropMenu>
      {editing ? <AccountDialog person={person} onClose={() => setEditing(false)} /> : null}
    </span>
  );
}

function useLock({ id, name, disabled }: Person): () => void {
  const { t } = useTranslation();
  const { modal } = App.useApp();
  const tell = useTell();
  const queries = useQueryClient();
  const set = async (): Promise<void> => {
    await tell(() => people.changeAccount(id, { disabled: !disabled }));
    await queries.invalidateQueries({ queryKey: ["accounts"] });
  };
  return () =>
    disabled
      ? void set()
      : void modal.confirm({
          title: t("people.account.lockTitle", { name }),
          content: t("people.account.lockText"),
          okText: t("people.account.lock"),
          cancelText: t("people.cancel"),
          ...GRAVE,
          onOk: set,
        });
}

function useSignOut({ id, display_name: name }: Person): () => void {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const tell = useTell();
  const end = async (): Promise<void> => {
    await people.endSessions(id);
    message.success(t("people.account.signedOut", { name }));
  };
  return () => void tell(end);
}
