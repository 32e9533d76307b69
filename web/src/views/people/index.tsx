/** People: groups, invitations, accounts, and the log of what everybody did. */
import { Tabs } from "antd";
import type { ReactElement } from "react";
import { Navigate, useNavigate, useParams } from "react-router";
import { Page } from "#/components/Page";
import { useTranslation } from "#/language";
import { administers } from "#/models/people";
import { usePresent } from "#/shell/SignedIn";
import { Accounts } from "./Accounts";
import { AuditLog } from "./AuditLog";
import { Groups } from "./Groups";
import { Invitations } from "./Invitations";
import css from "./people.module.css";

const PARTS = ["groups", "invitations", "accounts", "audit"] as const;
type Part = (typeof PARTS)[number];

export function Component(): ReactElement {
  const { t } = useTranslation();
  const { account } = usePresent();
  const { part: wanted } = useParams();
  const navigate = useNavigate();
  const parts = PARTS.filter((part) => part !== "audit" || administers(account));
  const part = parts.find((each) => each === wanted);
  if (part === undefined) return <Navigate to="/people/groups" replace />;
  const views: Record<Part, ReactElement> = {
    groups: <Groups />,
    invitations: <Invitations />,
    accounts: <Accounts />,
    audit: <AuditLog />,
  };
  return (
    <Page title={t("people.title")} lead={t("people.lead")}>
      <Tabs
        className={css.page ?? ""}
        activeKey={part}
        onChange={(key) => void navigate(`/people/${key}`)}
        items={parts.map((key) => ({
          key,
          label: t(`people.${key}`),
          children: key === part ? views[key] : null,
        }))}
      />
    </Page>
  );
}
