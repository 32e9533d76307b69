/** Makes an invitation, and shows its link the one time that it is known. */
import { CopyOutlined } from "@ant-design/icons";
import { Alert, App, Button, Form, InputNumber, Select } from "antd";
import { useState, type ReactElement } from "react";
import { Dialog } from "#/components/Dialog";
import { asProblem } from "#/components/Failed";
import { ProblemNote } from "#/components/ProblemNote";
import { useTranslation } from "#/language";
import { grantable, joinAddress, type Role } from "#/models/people";
import { usePresent } from "#/shell/SignedIn";
import { useMutation, useQuery, useQueryClient } from "#/transport/hooks";
import * as people from "#/transport/people";
import css from "./people.module.css";
import { RolesField } from "./RolesField";

interface InvitationDialogProps {
  /** The group that people will be in; `null`: asked for. */
  group: string | null;
  onClose: () => void;
}

interface Wanted {
  roles: Role[];
  group?: string | null;
  uses: number;
  days: number;
}

export function InvitationDialog({ group, onClose }: InvitationDialogProps): ReactElement {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [token, setToken] = useState<string | null>(null);
  const [form] = Form.useForm<Wanted>();
  const make = useMutation({
    mutationFn: people.invite,
    onSuccess: (made) => {
      setToken(made.token);
      void queries.invalidateQueries({ queryKey: ["invitations"] });
    },
  });
  if (token !== null) return <LinkDialog token={token} onClose={onClose} />;
  return (
    <Dialog
      title={t("people.invitation.create")}
      okText={t("people.create")}
      cancelText={t("people.cancel")}
      confirmLoading={make.isPending}
      onOk={() => form.submit()}
      onCancel={onClose}
    >
      <Form<Wanted>
        form={form}
        layout="vertical"
        initialValues={{ roles: ["trainee"], group, uses: group === null ? 1 : 30, days: 7 }}
        onFinish={(given) => make.mutate({ ...given, group: given.group ?? null })}
      >
        <InvitationFields />
      </Form>
      {make.error ? <ProblemNote problem={asProblem(make.error)} /> : null}
    </Dialog>
  );
}

function InvitationFields(): ReactElement {
  const { t } = useTranslation();
  const { account } = usePresent();
  const groups = useQuery({ queryKey: ["groups"], queryFn: people.groups });
  return (
    <>
      <RolesField roles={grantable(account)} />
      <Form.Item name="group" label={t("people.invitation.into")}>
        <Select
          allowClear
          loading={groups.isPending}
          placeholder={t("people.invitation.intoNone")}
          options={groups.data?.map(({ id, title }) => ({ value: id, label: title })) ?? []}
        />
      </Form.Item>
      <Form.Item name="uses" label={t("people.invitation.uses")} rules={[{ required: true }]}>
        <InputNumber min={1} max={1000} className={css.number ?? ""} />
      </Form.Item>
      <Form.Item name="days" label={t("people.invitation.days")} rules={[{ required: true }]}>
        <InputNumber min={1} max={90} className={css.number ?? ""} />
      </Form.Item>
    </>
  );
}

function LinkDialog({ token, onClose }: { token: string; onClose: () => void }): ReactElement {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const link = joinAddress(globalThis.location.origin, token);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(link);
    message.success(t("people.invitation.copied"));
  };
  return (
    <Dialog
      title={t("people.invitation.link")}
      closable={false}
      footer={
        <Button type="primary" onClick={onClose}>
          {t("people.invitation.done")}
        </Button>
      }
    >
      <div className={css.dialog}>
        <div className={css.link}>
          <code>{link}</code>
          {"clipboard" in navigator ? (
            <Button icon={<CopyOutlined />} onClick={() => void copy()}>
              {t("people.invitation.copy")}
            </Button>
          ) : null}
        </div>
        <Alert type="warning" showIcon title={t("people.invitation.once")} />
      </div>
    </Dialog>
  );
}
