/** The ways in: a one-time address, name and password, an identity provider. */
import { Alert, Button, Form, Input, Spin } from "antd";
import { useEffect, type ReactElement } from "react";
import { asProblem } from "#/components/Failed";
import { ProblemNote } from "#/components/ProblemNote";
import { useTranslation } from "#/language";
import type { Session } from "#/models/session";
import { useMutation, useQueryClient } from "#/transport/hooks";
import * as portal from "#/transport/portal";
import { Card } from "./Card";
import css from "./signIn.module.css";

interface EnterPageProps {
  /** From the address that the portal printed; it opens once. */
  token: string;
  onEntered: () => void;
}

export function EnterPage({ token, onEntered }: EnterPageProps): ReactElement {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const { mutate, error } = useMutation({
    mutationFn: portal.enter,
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["session"] });
      onEntered();
    },
  });
  useEffect(() => mutate(token), [mutate, token]);
  return (
    <Card title={error ? t("signIn.title") : t("signIn.entering")}>
      {error ? (
        <>
          <ProblemNote problem={asProblem(error)} />
          <Button onClick={onEntered}>{t("nav.library")}</Button>
        </>
      ) : (
        <Spin />
      )}
    </Card>
  );
}

interface Credentials {
  name: string;
  password: string;
}

export function SignInPage({ session }: { session: Session }): ReactElement {
  const { t } = useTranslation();
  const { local, oidc } = session.sign_in;
  return (
    <Card title={t("signIn.title")}>
      {local ? <Alert type="info" title={t("signIn.local")} /> : null}
      <PasswordForm />
      {oidc ? (
        <Button block href="/api/session/oidc">
          {t("signIn.oidc", { provider: oidc })}
        </Button>
      ) : null}
    </Card>
  );
}

function PasswordForm(): ReactElement {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const enter = useMutation({
    mutationFn: ({ name, password }: Credentials) => portal.signIn(name, password),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["session"] }),
  });
  return (
    <Form<Credentials> layout="vertical" requiredMark={false} onFinish={(given) => enter.mutate(given)}>
      <Form.Item name="name" label={t("signIn.name")} rules={[{ required: true }]}>
        <Input autoComplete="username" />
      </Form.Item>
      <Form.Item name="password" label={t("signIn.password")} rules={[{ required: true }]}>
        <Input.Password autoComplete="current-password" />
      </Form.Item>
      {enter.error ? <ProblemNote problem={asProblem(enter.error)} /> : null}
      <Button block type="primary" htmlType="submit" loading={enter.isPending} className={css.go ?? ""}>
        {t("signIn.submit")}
      </Button>
    </Form>
  );
}
