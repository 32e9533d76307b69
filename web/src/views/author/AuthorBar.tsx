/** The bar above the desk: which pack, what is not saved, saving, proving. */
import { SafetyCertificateOutlined, SaveOutlined, StopOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useState, type ReactElement } from "react";
import { Link } from "react-router";
import { useText, useTranslation } from "#/language";
import { underWay, unsaved, type Verification } from "#/models/author";
import { useTell } from "#/shell/tell";
import { useQuery } from "#/transport/hooks";
import * as portal from "#/transport/portal";
import css from "./author.module.css";
import { useLeaveQuestion } from "./questions";
import type { DeskHands } from "./useDesk";

interface AuthorBarProps {
  pack: string;
  hands: DeskHands;
  proof: Verification | null;
}

export function AuthorBar({ pack, hands, proof }: AuthorBarProps): ReactElement {
  const { t } = useTranslation();
  const text = useText();
  const about = useQuery({ queryKey: ["pack", pack], queryFn: () => portal.pack(pack) });
  const count = unsaved(hands.desk).length;
  const [saving, setSaving] = useState(false);
  useLeaveQuestion(count > 0);
  const save = async (): Promise<boolean> => {
    setSaving(true);
    const good = await hands.save();
    setSaving(false);
    return good;
  };
  return (
    <header className={css.bar}>
      <div className={css.name}>
        <h1>{about.data ? text(about.data.title) : pack}</h1>
        <Link to={`/packs/${pack}`}>{pack}</Link>
      </div>
      <span role="status" className={css.saved}>
        {count > 0 ? t("author.unsavedCount", { count }) : t("author.allSaved")}
      </span>
      <Button icon={<SaveOutlined />} disabled={count === 0} loading={saving} onClick={() => void save()}>
        {t("author.save")}
      </Button>
      <ProofButton pack={pack} proof={proof} dirty={count > 0} save={save} />
    </header>
  );
}

interface ProofButtonProps {
  pack: string;
  proof: Verification | null;
  dirty: boolean;
  save: () => Promise<boolean>;
}

function ProofButton({ pack, proof, dirty, save }: ProofButtonProps): ReactElement {
  const { t } = useTranslation();
  const tell = useTell();
  const [asked, setAsked] = useState(false);
  const act = async (action: () => Promise<unknown>): Promise<void> => {
    setAsked(true);
    await tell(action);
    setAsked(false);
  };
  if (proof && underWay(proof)) {
    return (
      <Button icon={<StopOutlined />} loading={asked} onClick={() => void act(() => portal.cancelVerify(pack))}>
        {t("author.cancelVerify")}
      </Button>
    );
  }
  const begin = async (): Promise<void> => {
    if (!dirty || (await save())) await act(() => portal.verify(pack));
  };
  return (
    <Button
      type="primary"
      icon={<SafetyCertificateOutlined />}
      loading={asked}
      onClick={() => void begin()}
    >
      {dirty ? t("author.saveAndVerify") : t("author.verify")}
    </Button>
  );
}
