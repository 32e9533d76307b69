/** Makes an account, or changes one. */
import { Form, Input } from "antd";
import type { ReactElement } from "react";
import { Dialog } from "#/components/Dialog";
import { asProblem } from "#/components/Failed";
import { ProblemNote } from "#/components/ProblemNote";
import { useTranslation } from "#/language";
import { NAME, PASSWORD_LENGTH, ROLES, type Person, type Role } from "#/models/people";
import { useMutation, useQueryClient } from "#/transport/hooks";
import * as people from "#/transport/people";
import { RolesField } from "./RolesField";

interface AccountDialogProps {
  /** `null`: a new one. */
  person: Person | null;
  onClose: () => void;
}

interface Given {
  name?: string;
  display_name?: string;
  password?: string;
  roles: Role[];
}

function save(person: Person | null, given: Given): Promise<unknown> {
  const { name = "", password = "", roles } = given;
  const display_name = given.display_name?.trim() || null;
  return person
    ? people.changeAccount(person.id, { display_name, roles, password: password || null })
    : people.createAccount({ name, display_name, password, roles });
}

export function AccountDialog({ person, onClose }: AccountDialogProps): ReactElement {
  const { t } = useTranslation();
  const [form] = Form.useForm<Given>();
  const queries = useQueryClient();
  const keep = useMutation({
    mutationFn: (given: Given) => save(person, given),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["accounts"] });
      onClose();
    },
  });
  const title = person
    ? t("people.account.editTitle", { name: person.name })
    : t("people.account.create");
  return (
    <Dialog
      title={title}
      okText={person ? t("people.save") : t("people.create")}
      cancelText={t("people.cancel")}
      confirmLoading={keep.isPending}
      onOk={() => form.submit()}
      onCancel={onClose}
    >
      <Form<Given>
        form={form}
        layout="vertical"
        initialValues={{
          display_name: person?.display_name ?? "",
          roles: person?.roles ?? ["trainee"],
        }}
        onFinish={(given) => keep.mutate(given)}
      >
        {person ? null : (
          <Form.Item
            name="name"
            label={t("people.name")}
            rules={[{ required: true, pattern: NAME, message: t("people.nameRule") }]}
          >
            <Input autoComplete="off" />
          </Form.Item>
        )}
        <Form.Item name="display_name" label={t("people.displayName")}>
          <Input maxLength={200} placeholder={t("people.displayNameHint")} autoComplete="off" />
        </Form.Item>
        <Form.Item
          name="password"
          label={person ? t("people.account.newPassword") : t("people.password")}
          rules={[
            {
              required: person === null,
              min: PASSWORD_LENGTH,
              message: t("people.passwordRule", { count: PASSWORD_LENGTH }),
            },
          ]}
        >
          <Input.Password maxLength={200} autoComplete="new-password" />
        </Form.Item>
        <RolesField roles={ROLES} />
      </Form>
      {keep.error ? <ProblemNote problem={asProblem(keep.error)} /> : null}
    </Dialog>
  );
}
