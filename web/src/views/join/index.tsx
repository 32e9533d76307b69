/** Makes an account by an invitation's link. */
import { Alert, Button, Form, Input } from "antd";
import { useState, type ReactElement } from "react";
import { Link } from "react-router";
import { asProblem } from "#/components/Failed";
import { ProblemNote } from "#/components/ProblemNote";
import { useTranslation } from "#/language";
import { invitationIn, NAME, PASSWORD_LENGTH } from "#/models/people";
import { useMutation, useQuery } from "#/transport/hooks";
import * as people from "#/transport/people";
import * as portal from "#/transport/portal";
import { Card } from "#/views/signIn/Card";

/** Takes the token out of the address, so that it is in no history. */
function takeInvitation(): string | null {
  const token = invitationIn(globalThis.location.hash);
  if (token !== null) globalThis.history.replaceState(null, "", "/join");
  return token;
}

export function Component(): ReactElement {
  const { t } = useTranslation();
  const [token] = useState(takeInvitation);
  return (
    <Card title={t("people.join.title")}>
      {token === null ? (
        <Alert
          type="warning"
          showIcon
          title={t("people.join.missing")}
          description={t("people.join.missingRemedy")}
        />
      ) : (
        <JoinForm token={token} />
      )}
      <Link to="/">{t("people.join.have")}</Link>
    </Card>
  );
}

interface Given {
  name: string;
  display_name?: string;
  password: string;
}

function JoinForm({ token }: { token: string }): ReactElement {
  const { t } = useTranslation();
  const session = useQuery({ queryKey: ["session"], queryFn: portal.session });
  const join = useMutation({
    mutationFn: ({ name, display_name, password }: Given) =>
      people.join({ token, name, display_name: display_name?.trim() || null, password }),
    // A whole new page: nothing of whoever was signed in before may be left in it.
    onSuccess: () => globalThis.location.assign("/"),
  });
  const before = session.data?.account;
  return (
    <>
      <p>{t("people.join.lead")}</p>
      {before ? (
        <Alert
          type="info"
          showIcon
          title={t("people.join.signedIn", { name: before.display_name })}
        />
      ) : null}
      <Form<Given> layout="vertical" requiredMark={false} onFinish={(given) => join.mutate(given)}>
        <Form.Item
          name="name"
          label={t("people.name")}
          help={t("people.nameRule")}
          rules={[{ required: true, pattern: NAME }]}
        >
          <Input autoComplete="username" autoCapitalize="none" maxLength={64} />
        </Form.Item>
        <Form.Item name="display_name" label={t("people.displayName")}>
          <Input
            autoComplete="name"
            maxLength={200}
            placeholder={t("people.displayNameHint")}
          />
        </Form.Item>
        <Form.Item
          name="password"
          label={t("people.password")}
          help={t("people.passwordRule", { count: PASSWORD_LENGTH })}
          rules={[{ required: true, min: PASSWORD_LENGTH }]}
        >
          <Input.Password autoComplete="new-password" maxLength={200} />
        </Form.Item>
        {join.error ? (
          <Form.Item>
            <ProblemNote problem={asProblem(join.error)} />
          </Form.Item>
        ) : null}
        <Button block type="primary" htmlType="submit" loading={join.isPending}>
          {t("people.join.submit")}
        </Button>
      </Form>
    </>
  );
}
