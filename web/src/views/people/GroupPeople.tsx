/** The people in a group: adding, taking out, inviting. */
import { DeleteOutlined, MailOutlined, UserDeleteOutlined } from "@ant-design/icons";
import { App, Button, Select, Skeleton, type TableColumnsType } from "antd";
import { useState, type ReactElement } from "react";
import { GRAVE } from "#/components/grave";
import { Empty } from "#/components/Empty";
import { Failed } from "#/components/Failed";
import { RoleTags } from "#/components/RoleTags";
import { RowTable } from "#/components/RowTable";
import { useTranslation } from "#/language";
import type { Group, Person } from "#/models/people";
import { useTell } from "#/shell/tell";
import { useQuery, useQueryClient } from "#/transport/hooks";
import * as people from "#/transport/people";
import { InvitationDialog } from "./InvitationDialog";
import css from "./people.module.css";
import { Who } from "./Who";

export function GroupPeople({ group }: { group: Group }): ReactElement {
  const { t } = useTranslation();
  const members = useQuery({
    queryKey: ["group", group.id, "members"],
    queryFn: () => people.members(group.id),
  });
  const change = useChange(group);
  if (members.error) return <Failed error={members.error} onRetry={() => void members.refetch()} />;
  return (
    <section className={css.part} aria-label={group.title}>
      <GroupHead group={group} onChange={change} />
      <AddPeople
        inside={members.data ?? []}
        onAdd={(accounts) =>
          change(() => Promise.all(accounts.map((each) => people.addMember(group.id, each))))
        }
      />
      {members.isPending ? <Skeleton active /> : null}
      {members.data?.length === 0 ? (
        <Empty title={t("people.group.empty")} text={t("people.group.emptyText")} />
      ) : null}
      {members.data && members.data.length > 0 ? (
        <Members
          members={members.data}
          onRemove={(account) => change(() => people.removeMember(group.id, account))}
        />
      ) : null}
    </section>
  );
}

type Change = (action: () => Promise<unknown>) => Promise<void>;

/** Gives the function that does something to a group and looks at it again. */
function useChange(group: Group): Change {
  const tell = useTell();
  const queries = useQueryClient();
  return async (action) => {
    await tell(action);
    await Promise.all([
      queries.invalidateQueries({ queryKey: ["groups"] }),
      queries.invalidateQueries({ queryKey: ["group", group.id] }),
    ]);
  };
}

interface GroupHeadProps {
  group: Group;
  onChange: Change;
}

function GroupHead({ group, onChange }: GroupHeadProps): ReactElement {
  const { t } = useTranslation();
  const { modal } = App.useApp();
  const [inviting, setInviting] = useState(false);
  const ask = (): void =>
    void modal.confirm({
      title: t("people.group.deleteTitle", { title: group.title }),
      content: t("people.group.deleteText"),
      okText: t("people.group.delete"),
      cancelText: t("people.cancel"),
      ...GRAVE,
      onOk: () => onChange(() => people.deleteGroup(group.id)),
    });
  return (
    <div className={css.head}>
      <h2>{group.title}</h2>
      <div className={css.acts}>
        <Button icon={<MailOutlined />} onClick={() => setInviting(true)}>
          {t("people.group.invite")}
        </Button>
        <Button danger type="text" icon={<DeleteOutlined />} onClick={ask}>
          {t("people.group.delete")}
        </Button>
      </div>
      {inviting ? <InvitationDialog group={group.id} onClose={() => setInviting(false)} /> : null}
    </div>
  );
}

interface AddPeopleProps {
  inside: readonly Person[];
  onAdd: (accounts: string[]) => Promise<void>;
}

function AddPeople({ inside, onAdd }: AddPeopleProps): ReactElement {
  const { t } = useTranslation();
  const [chosen, setChosen] = useState<string[]>([]);
  const accounts = useQuery({ queryKey: ["accounts"], queryFn: people.accounts });
  const here = new Set(inside.map(({ id }) => id));
  const options = accounts.data
    ?.filter(({ id, disabled }) => !here.has(id) && !disabled)
    .map(({ id, name, display_name }) => ({ value: id, label: `${display_name} (${name})` }));
  const add = async (): Promise<void> => {
    await onAdd(chosen);
    setChosen([]);
  };
  return (
    <div className={css.add}>
      <Select
        mode="multiple"
        showSearch={{ optionFilterProp: "label" }}
        value={chosen}
        onChange={setChosen}
        loading={accounts.isPending}
        options={options ?? []}
        placeholder={t("people.group.addHint")}
        aria-label={t("people.group.add")}
      />
      <Button type="primary" disabled={chosen.length === 0} onClick={() => void add()}>
        {t("people.group.add")}
      </Button>
    </div>
  );
}

interface MembersProps {
  members: readonly Person[];
  onRemove: (account: string) => Promise<void>;
}

function Members({ members, onRemove }: MembersProps): ReactElement {
  const { t } = useTranslation();
  const columns: TableColumnsType<Person> = [
    { title: t("people.name"), render: (_, person) => <Who person={person} /> },
    {
      title: t("people.roles"),
      responsive: ["md"],
      render: (_, { roles }) => <RoleTags roles={roles} />,
    },
    {
      title: t("people.actions"),
      align: "right",
      render: (_, { id, display_name }) => (
        <Button
          type="text"
          size="small"
          icon={<UserDeleteOutlined />}
          aria-label={`${t("people.group.remove")}: ${display_name}`}
          onClick={() => void onRemove(id)}
        >
          {t("people.group.remove")}
        </Button>
      ),
    },
  ];
  return (
    <RowTable<Person>
      className={css.table ?? ""}
      columns={columns}
      rows={members}
    />
  );
}
