/** The way to the author's view: of the own pack, or of a copy of this one. */
import { EditOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useState, type ReactElement } from "react";
import { Link } from "react-router";
import { useTranslation } from "#/language";
import type { Pack } from "#/models/pack";
import { writes } from "#/models/session";
import { NewPackDialog } from "#/shell/NewPack";
import { usePresent } from "#/shell/SignedIn";

export function Write({ pack }: { pack: Pack }): ReactElement | null {
  const { t } = useTranslation();
  const { account } = usePresent();
  const [asked, setAsked] = useState(false);
  if (!writes(account)) return null;
  const mine = pack.uploaded_by === account.name || account.roles.includes("organiser");
  if (!pack.shipped && !mine) return null;
  if (!pack.shipped) {
    return (
      <Link to={`/packs/${pack.name}/edit`}>
        <EditOutlined aria-hidden="true" /> {t("author.edit")}
      </Link>
    );
  }
  return (
    <>
      <Button icon={<EditOutlined />} onClick={() => setAsked(true)}>
        {t("author.copy")}
      </Button>
      {asked ? <NewPackDialog copyOf={pack.name} onClose={() => setAsked(false)} /> : null}
    </>
  );
}
