/** The person at the screen: name, password, and the browsers that are signed in. */
import { Button, Form, Input } from "antd";
import type { ReactElement } from "react";
import { asProblem } from "#/components/Failed";
import { Page } from "#/components/Page";
import { ProblemNote } from "#/components/ProblemNote";
import { RoleTags } from "#/components/RoleTags";
import { useTranslation } from "#/language";
import { ROLES } from "#/models/people";
import { usePresent } from "#/shell/SignedIn";
import { useMutation, useQueryClient } from "#/transport/hooks";
import * as people from "#/transport/people";
import { PasswordForm } from "./PasswordForm";
import css from "./profile.module.css";
import { OpenSessions } from "./OpenSessions";

export function Component(): ReactElement {
  const { t } = useTranslation();
  const { account } = usePresent();
  return (
    <Page title={t("people.profile.title")} lead={t("people.profile.lead")}>
      <div className={css.parts}>
        <section className={css.section}>
          <h2>{t("people.profile.name")}</h2>
          <NameForm />
          <div>
            <RoleTags roles={ROLES.filter((role) => account.roles.includes(role))} />
          </div>
        </section>
        <section className={css.section}>
          <h2>{t("people.profile.password")}</h2>
          <PasswordForm />
        </section>
        <section className={css.section}>
          <h2>{t("people.profile.sessions")}</h2>
          <OpenSessions />
        </section>
      </div>
    </Page>
  );
}

function NameForm(): ReactElement {
  const { t } = useTranslation();
  const { account } = usePresent();
  const queries = useQueryClient();
  const keep = useMutation({
    mutationFn: ({ display_name }: { display_name: string }) =>
      people.changeAccount(account.id, { display_name: display_name.trim() }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["session"] }),
  });
  return (
    <Form
      layout="vertical"
      requiredMark={false}
      initialValues={{ display_name: account.display_name }}
      onFinish={(given: { display_name: string }) => keep.mutate(given)}
    >
      <Form.Item
        name="display_name"
        label={`${t("people.displayName")} (${account.name})`}
        rules={[{ required: true, whitespace: true }]}
      >
        <Input maxLength={200} autoComplete="name" />
      </Form.Item>
      {keep.error ? <ProblemNote problem={asProblem(keep.error)} /> : null}
      <Button htmlType="submit" loading={keep.isPending}>
        {t("people.save")}
      </Button>
      <span role="status" className={css.done}>
        {keep.isSuccess ? t("people.saved") : ""}
      </span>
    </Form>
  );
}
