/** One pack: what its world looks like, what it teaches, and how to start it. */
import { Alert, Skeleton, Tag } from "antd";
import { lazy, Suspense, type ReactElement } from "react";
import { useParams } from "react-router";
import { Failed, FailedPage } from "#/components/Failed";
import { CopyMark, PackFacts } from "#/components/PackCard";
import { Page } from "#/components/Page";
import { Waiting } from "#/components/Waiting";
import { useText, useTranslation } from "#/language";
import type { Pack } from "#/models/pack";
import { useQuery } from "#/transport/hooks";
import * as portal from "#/transport/portal";
import css from "./pack.module.css";
import { StartButtons } from "./StartButtons";
import { Write } from "./Write";

const TopologyMap = lazy(() => import("#/components/topology/TopologyMap"));

export function Component(): ReactElement {
  const { pack: name = "" } = useParams();
  const pack = useQuery({ queryKey: ["pack", name], queryFn: () => portal.pack(name) });
  if (pack.error) return <FailedPage error={pack.error} onRetry={() => void pack.refetch()} />;
  if (!pack.data) return <Skeleton active className={css.waiting ?? ""} />;
  return <PackPage pack={pack.data} />;
}

function PackPage({ pack }: { pack: Pack }): ReactElement {
  const { t } = useTranslation();
  const text = useText();
  const packs = useQuery({
    queryKey: ["packs"],
    queryFn: portal.packs,
    enabled: pack.copy_of !== null,
  });
  return (
    <Page title={text(pack.title)} lead={text(pack.description)} aside={<Write pack={pack} />}>
      {pack.problems.length > 0 ? (
        <Alert
          type="error"
          title={t("library.broken")}
          description={pack.problems.map((line) => (
            <p key={text(line)}>{text(line)}</p>
          ))}
        />
      ) : (
        <StartButtons pack={pack} />
      )}
      <CopyMark pack={pack} among={packs.data ?? []} />
      <PackFacts pack={pack} />
      <section className={css.section}>
        <h2>{t("library.world")}</h2>
        <World pack={pack.name} />
      </section>
      {pack.skills.length > 0 ? (
        <section className={css.section}>
          <h2>{t("library.skills")}</h2>
          <div>
            {pack.skills.map((skill) => (
              <Tag key={skill} className="number">
                {skill}
              </Tag>
            ))}
          </div>
        </section>
      ) : null}
    </Page>
  );
}

function World({ pack }: { pack: string }): ReactElement {
  const topology = useQuery({
    queryKey: ["pack", pack, "topology"],
    queryFn: () => portal.packTopology(pack),
  });
  if (topology.error) return <Failed error={topology.error} />;
  return (
    <div className={css.world}>
      <Suspense fallback={<Waiting />}>
        {topology.data ? <TopologyMap topology={topology.data} /> : <Waiting />}
      </Suspense>
    </div>
  );
}
