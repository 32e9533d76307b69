/** What comes of the text: findings, the world, what changed in the plan, its proof. */
import { Badge, Splitter, Tabs } from "antd";
import { lazy, Suspense, useState, type ReactElement } from "react";
import { Link } from "react-router";
import { Waiting } from "#/components/Waiting";
import { ChangeList } from "#/components/author/ChangeList";
import { FindingList } from "#/components/author/FindingList";
import { VerifyReport } from "#/components/author/VerifyReport";
import { Failed } from "#/components/Failed";
import { useWide } from "#/components/narrow";
import { Segments } from "#/components/Segments";
import { useTranslation } from "#/language";
import type { Finding, Reading, Verification } from "#/models/author";
import css from "./author.module.css";
import type { Read } from "./useReading";

const TopologyMap = lazy(() => import("#/components/topology/TopologyMap"));

interface OutcomeProps {
  pack: string;
  read: Read;
  proof: Verification | null;
  onGo: (finding: Finding) => void;
}

export function Outcome({ pack, read, proof, onGo }: OutcomeProps): ReactElement {
  const { t } = useTranslation();
  const wide = useWide();
  const { reading, behind, error } = read;
  if (error) return <Failed error={error} />;
  if (!reading) return <Waiting />;
  const { findings } = reading;
  const bad = findings.some(({ severity }) => severity === "error");
  const count = (
    <Badge count={findings.length} color={bad ? "var(--bad)" : "var(--warn)"} size="small" offset={[8, -2]}>
      {t("author.findings")}
    </Badge>
  );
  const tabs = (
    <Tabs
      className={css.outcome ?? ""}
      tabBarExtraContent={<span className={css.saved}>{behind ? t("author.reading") : null}</span>}
      items={[
        { key: "findings", label: count, children: <FindingList findings={findings} onGo={onGo} /> },
        ...(wide
          ? []
          : [{ key: "world", label: t("author.world"), children: <World reading={reading} /> }]),
        { key: "changes", label: t("author.changes"), children: <Changes reading={reading} /> },
        { key: "proof", label: t("author.proof"), children: <Proof pack={pack} proof={proof} /> },
      ]}
    />
  );
  if (!wide) return tabs;
  return (
    <Splitter orientation="vertical">
      <Splitter.Panel defaultSize="48%" min={120} collapsible>
        <World reading={reading} />
      </Splitter.Panel>
      <Splitter.Panel min={160}>{tabs}</Splitter.Panel>
    </Splitter>
  );
}

/** The map of what is typed; while that cannot be read, of what could be read last. */
function World({ reading: { topology } }: { reading: Reading }): ReactElement {
  const { t } = useTranslation();
  const [last, setLast] = useState(topology);
  if (topology && topology !== last) setLast(topology);
  const shown = topology ?? last;
  if (!shown) return <p className={css.note}>{t("author.noPlan")}</p>;
  return (
    <div className={css.world} data-old={topology === null}>
      <Suspense fallback={<Waiting />}>
        <TopologyMap topology={shown} />
      </Suspense>
      {topology ? null : <p role="status">{t("author.lastWorld")}</p>}
    </div>
  );
}

function Changes({ reading }: { reading: Reading }): ReactElement {
  const { t } = useTranslation();
  const [since, setSince] = useState<"saved" | "verified">("saved");
  const saved = since === "saved";
  return (
    <div className={css.changes}>
      <Segments
        aria-label={t("author.changes")}
        value={since}
        onChange={setSince}
        options={[
          { value: "saved", label: t("author.sinceSaved") },
          { value: "verified", label: t("author.sinceVerified") },
        ]}
      />
      <ChangeList
        changes={saved ? reading.since_saved : reading.since_verified}
        reason={saved ? t("author.noPlan") : t("author.neverVerified")}
      />
    </div>
  );
}

function Proof({ pack, proof }: { pack: string; proof: Verification | null }): ReactElement {
  const { t } = useTranslation();
  if (!proof) return <Waiting />;
  return (
    <>
      <VerifyReport shown={proof} />
      {proof.state === "none" ? null : (
        <p className={css.note}>
          <Link to={`/packs/${pack}/verification`}>{t("author.wholeReport")}</Link>
        </p>
      )}
    </>
  );
}
