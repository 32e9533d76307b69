/** What a person is to the range, one word a role. */
import { Tag, Tooltip } from "antd";
import type { ReactElement } from "react";
import { useTranslation } from "#/language";
import type { Role } from "#/models/people";
import css from "./RoleTags.module.css";

export function RoleTags({ roles }: { roles: readonly Role[] }): ReactElement {
  const { t } = useTranslation();
  return (
    <span className={css.roles}>
      {roles.map((role) => (
        <Tooltip key={role} title={t(`people.may.${role}`)}>
          <Tag>{t(`people.role.${role}`)}</Tag>
        </Tooltip>
      ))}
    </span>
  );
}
