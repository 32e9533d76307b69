/** The open invitations: making, looking, revoking. */
import { PlusOutlined } from "@ant-design/icons";
import { App, Button, Skeleton, type TableColumnsType } from "antd";
import { useState, type ReactElement } from "react";
import { GRAVE } from "#/components/grave";
import { Empty } from "#/components/Empty";
import { Failed } from "#/components/Failed";
import { RoleTags } from "#/components/RoleTags";
import { RowTable } from "#/components/RowTable";
import { useNarrow } from "#/components/narrow";
import { useTranslation } from "#/language";
import { useMoments } from "#/language/moments";
import type { Invitation } from "#/models/people";
import { useTell } from "#/shell/tell";
import { useQuery, useQueryClient } from "#/transport/hooks";
import * as people from "#/transport/people";
import { InvitationDialog } from "./InvitationDialog";
import css from "./people.module.css";

export function Invitations(): ReactElement {
  const { t } = useTranslation();
  const [asked, setAsked] = useState(false);
  const open = useQuery({ queryKey: ["invitations"], queryFn: people.invitations });
  if (open.error) return <Failed error={open.error} onRetry={() => void open.refetch()} />;
  if (open.isPending) return <Skeleton active />;
  const make = (
    <Button type="primary" icon={<PlusOutlined />} onClick={() => setAsked(true)}>
      {t("people.invitation.create")}
    </Button>
  );
  return (
    <section className={css.part} aria-label={t("people.invitations")}>
      {open.data.length === 0 ? (
        <Empty title={t("people.invitation.none")} text={t("people.invitation.noneText")}>
          {make}
        </Empty>
      ) : (
        <>
          <div className={css.head}>{make}</div>
          <InvitationTable invitations={open.data} />
        </>
      )}
      {asked ? <InvitationDialog group={null} onClose={() => setAsked(false)} /> : null}
    </section>
  );
}

function InvitationTable({ invitations }: { invitations: readonly Invitation[] }): ReactElement {
  const { t } = useTranslation();
  const moments = useMoments();
  const narrow = useNarrow();
  const groups = useQuery({ queryKey: ["groups"], queryFn: people.groups });
  const accounts = useQuery({ queryKey: ["accounts"], queryFn: people.accounts });
  const revoke = useRevoke();
  const title = (id: string | null): string | undefined =>
    groups.data?.find((group) => group.id === id)?.title;
  const name = (id: string): string | undefined =>
    accounts.data?.find((account) => account.id === id)?.display_name;
  const columns: TableColumnsType<Invitation> = [
    {
      title: t("people.roles"),
      render: (_, { roles, group }) => (
        <>
          <RoleTags roles={roles} />
          {narrow ? <div>{title(group)}</div> : null}
        </>
      ),
    },
    {
      title: t("people.invitation.into"),
      hidden: narrow,
      render: (_, { group }) => title(group) ?? <span className={css.quiet}>–</span>,
    },
    {
      title: t("people.invitation.left"),
      responsive: ["sm"],
      render: (_, { uses_left }) => t("people.invitation.usesLeft", { count: uses_left }),
    },
    {
      title: t("people.invitation.expires"),
      render: (_, { expires_at }) => (narrow ? moments.day : moments.both)(expires_at),
    },
    {
      title: t("people.invitation.madeBy"),
      responsive: ["md"],
      render: (_, { created_by }) => name(created_by) ?? "–",
    },
    {
      title: t("people.actions"),
      align: "right",
      render: (_, { id }) => (
        <Button danger type="text" size="small" onClick={() => revoke(id)}>
          {t("people.invitation.revoke")}
        </Button>
      ),
    },
  ];
  return (
    <RowTable<Invitation>
      className={`${css.table} ${css.scroll}`}
      columns={columns}
      rows={invitations}
    />
  );
}

/** Gives the function that revokes an invitation once that was confirmed. */
function useRevoke(): (invitation: string) => void {
  const { t } = useTranslation();
  const { modal } = App.useApp();
  const tell = useTell();
  const queries = useQueryClient();
  return (invitation) =>
    void modal.confirm({
      title: t("people.invitation.revokeTitle"),
      content: t("people.invitation.revokeText"),
      okText: t("people.invitation.revoke"),
      cancelText: t("people.cancel"),
      ...GRAVE,
      onOk: async () => {
        await tell(() => people.callBack(invitation));
        await queries.invalidateQueries({ queryKey: ["invitations"] });
      },
    });
}
