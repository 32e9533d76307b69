/** Chooses roles; each says what it lets somebody do. */
import { Checkbox, Form } from "antd";
import type { ReactElement } from "react";
import { useTranslation } from "#/language";
import type { Role } from "#/models/people";
import css from "./people.module.css";

export function RolesField({ roles }: { roles: readonly Role[] }): ReactElement {
  const { t } = useTranslation();
  return (
    <Form.Item
      name="roles"
      label={t("people.roles")}
      rules={[{ required: true, message: t("people.rolesRule") }]}
    >
      <Checkbox.Group className={css.boxes ?? ""}>
        {roles.map((role) => (
          <Checkbox key={role} value={role}>
            {t(`people.role.${role}`)}
            <small>{t(`people.may.${role}`)}</small>
          </Checkbox>
        ))}
      </Checkbox.Group>
    </Form.Item>
  );
}
