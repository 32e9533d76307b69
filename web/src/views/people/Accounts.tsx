/** The accounts: all may look who gather people; administrators make, edit and lock them. */
import { PlusOutlined } from "@ant-design/icons";
import { Button, Input, Skeleton, type TableColumnsType } from "antd";
import { useState, type ReactElement } from "react";
import { Failed } from "#/components/Failed";
import { useNarrow } from "#/components/narrow";
import { RoleTags } from "#/components/RoleTags";
import { RowTable } from "#/components/RowTable";
import { useTranslation } from "#/language";
import { useMoments } from "#/language/moments";
import { administers, type Person } from "#/models/people";
import { usePresent } from "#/shell/SignedIn";
import { useQuery } from "#/transport/hooks";
import * as people from "#/transport/people";
import { AccountActions } from "./AccountActions";
import { AccountDialog } from "./AccountDialog";
import css from "./people.module.css";
import { Who } from "./Who";

export function Accounts(): ReactElement {
  const { t } = useTranslation();
  const { account } = usePresent();
  const [wanted, setWanted] = useState("");
  const [asked, setAsked] = useState(false);
  const accounts = useQuery({ queryKey: ["accounts"], queryFn: people.accounts });
  if (accounts.error) {
    return <Failed error={accounts.error} onRetry={() => void accounts.refetch()} />;
  }
  if (accounts.isPending) return <Skeleton active />;
  const word = wanted.trim().toLowerCase();
  const found = accounts.data.filter(({ name, display_name }) =>
    [name, display_name].some((part) => part.toLowerCase().includes(word)),
  );
  return (
    <section className={css.part} aria-label={t("people.accounts")}>
      <div className={css.head}>
        <Input.Search
          allowClear
          value={wanted}
          onChange={(event) => setWanted(event.target.value)}
          placeholder={t("people.search")}
          aria-label={t("people.search")}
          className={css.search ?? ""}
        />
        {administers(account) ? (
          <Button type="primary" icon={<PlusOutlined />} onClick={() => setAsked(true)}>
            {t("people.account.create")}
          </Button>
        ) : null}
      </div>
      <AccountTable accounts={found} />
      {asked ? <AccountDialog person={null} onClose={() => setAsked(false)} /> : null}
    </section>
  );
}

function AccountTable({ accounts }: { accounts: readonly Person[] }): ReactElement {
  const { t } = useTranslation();
  const moments = useMoments();
  const { account } = usePresent();
  const narrow = useNarrow();
  const columns: TableColumnsType<Person> = [
    {
      title: t("people.name"),
      sorter: (a, b) => a.display_name.localeCompare(b.display_name),
      render: (_, person) => (
        <>
          <Who person={person} />
          {narrow ? <RoleTags roles={person.roles} /> : null}
        </>
      ),
    },
    {
      title: t("people.roles"),
      hidden: narrow,
      render: (_, { roles }) => <RoleTags roles={roles} />,
    },
    {
      title: t("people.state"),
      render: (_, { disabled, id }) => (
        <>
          {disabled ? <span className={css.locked}>{t("people.locked")}</span> : t("people.active")}
          {id === account.id ? <span className={css.quiet}> · {t("people.you")}</span> : null}
        </>
      ),
    },
    {
      title: t("people.since"),
      responsive: ["lg"],
      sorter: (a, b) => a.created_at.localeCompare(b.created_at),
      render: (_, { created_at }) => moments.day(created_at),
    },
    ...(administers(account)
      ? [
          {
            title: t("people.actions"),
            align: "right" as const,
            render: (_: unknown, person: Person) => <AccountActions person={person} />,
          },
        ]
      : []),
  ];
  return (
    <RowTable<Person>
      className={`${css.table} ${css.scroll}`}
      columns={columns}
      locale={{ emptyText: t("people.account.none") }}
      rows={accounts}
    />
  );
}
