/** Changes the own password. That ends every session, so this browser signs in anew. */
import { Button, Form, Input } from "antd";
import type { ReactElement } from "react";
import { asProblem } from "#/components/Failed";
import { ProblemNote } from "#/components/ProblemNote";
import { useTranslation } from "#/language";
import { PASSWORD_LENGTH } from "#/models/people";
import { usePresent } from "#/shell/SignedIn";
import { useMutation, useQueryClient } from "#/transport/hooks";
import * as people from "#/transport/people";
import * as portal from "#/transport/portal";
import css from "./profile.module.css";

interface Given {
  current?: string;
  next: string;
}

export function PasswordForm(): ReactElement {
  const { t } = useTranslation();
  const { account } = usePresent();
  const [form] = Form.useForm<Given & { again: string }>();
  const queries = useQueryClient();
  const change = useMutation({
    mutationFn: async ({ current, next }: Given) => {
      await people.changeAccount(account.id, {
        password: next,
        current_password: current || null,
      });
      await portal.signIn(account.name, next);
    },
    onSuccess: async () => {
      form.resetFields();
      await queries.invalidateQueries({ queryKey: ["open-sessions"] });
    },
  });
  return (
    <Form form={form} layout="vertical" requiredMark={false} onFinish={(given) => change.mutate(given)}>
      <input type="hidden" autoComplete="username" value={account.name} readOnly />
      <Form.Item name="current" label={t("people.profile.current")}>
        <Input.Password
          autoComplete="current-password"
          placeholder={t("people.profile.currentHint")}
          maxLength={200}
        />
      </Form.Item>
      <Form.Item
        name="next"
        label={t("people.profile.next")}
        rules={[
          {
            required: true,
            min: PASSWORD_LENGTH,
            message: t("people.passwordRule", { count: PASSWORD_LENGTH }),
          },
        ]}
      >
        <Input.Password autoComplete="new-password" maxLength={200} />
      </Form.Item>
      <Form.Item
        name="again"
        label={t("people.profile.again")}
        dependencies={["next"]}
        rules={[
          ({ getFieldValue }) => ({
            validator: (_, value) =>
              value === getFieldValue("next")
                ? Promise.resolve()
                : Promise.reject(new Error(t("people.profile.differ"))),
          }),
        ]}
      >
        <Input.Password autoComplete="new-password" maxLength={200} />
      </Form.Item>
      {change.error ? <ProblemNote problem={asProblem(change.error)} /> : null}
      <Button htmlType="submit" loading={change.isPending}>
        {t("people.profile.change")}
      </Button>
      <span role="status" className={css.done}>
        {change.isSuccess ? t("people.profile.changed") : ""}
      </span>
    </Form>
  );
}
