/** The packs that there are, and what was left unfinished. */
import { SearchOutlined } from "@ant-design/icons";
import { Input, Skeleton } from "antd";
import { useState, type ReactElement } from "react";
import { Empty } from "#/components/Empty";
import { Failed } from "#/components/Failed";
import { PackCard } from "#/components/PackCard";
import { Page } from "#/components/Page";
import { RunList } from "#/components/RunList";
import { useText, useTranslation } from "#/language";
import type { Pack } from "#/models/pack";
import { alive } from "#/models/run";
import { NewPackButton } from "#/shell/NewPack";
import { useQuery } from "#/transport/hooks";
import * as portal from "#/transport/portal";
import css from "./library.module.css";

/** From so many packs on, a search is quicker than looking. */
const SEARCH_FROM = 7;

export function Component(): ReactElement {
  const { t } = useTranslation();
  const packs = useQuery({ queryKey: ["packs"], queryFn: portal.packs });
  return (
    <Page title={t("library.title")} lead={t("library.lead")} aside={<NewPackButton />}>
      <Unfinished />
      {packs.error ? <Failed error={packs.error} onRetry={() => void packs.refetch()} /> : null}
      {packs.isPending ? <Skeleton active /> : null}
      {packs.data ? <Packs packs={packs.data} /> : null}
    </Page>
  );
}

function Unfinished(): ReactElement | null {
  const { t } = useTranslation();
  // Asked again and again: a class that begins brings a run of one's own.
  const runs = useQuery({ queryKey: ["runs"], queryFn: portal.runs, refetchInterval: 10_000 });
  const open = runs.data?.filter(alive) ?? [];
  if (open.length === 0) return null;
  return (
    <section className={css.section}>
      <h2>{t("library.continue")}</h2>
      <RunList runs={open} />
    </section>
  );
}

function Packs({ packs }: { packs: readonly Pack[] }): ReactElement {
  const { t } = useTranslation();
  const text = useText();
  const [wanted, setWanted] = useState("");
  const word = wanted.trim().toLowerCase();
  const matches = (pack: Pack): boolean =>
    [pack.name, text(pack.title), text(pack.description), ...pack.skills].some((part) =>
      part.toLowerCase().includes(word),
    );
  const found = packs.filter(matches);
  return (
    <>
      {packs.length >= SEARCH_FROM ? (
        <Input
          allowClear
          prefix={<SearchOutlined aria-hidden="true" />}
          value={wanted}
          onChange={(event) => setWanted(event.target.value)}
          placeholder={t("library.search")}
          aria-label={t("library.search")}
          className={css.search ?? ""}
        />
      ) : null}
      {found.length === 0 ? (
        <div role="status">
          <Empty title={t("library.none")} />
        </div>
      ) : null}
      <div className={css.packs}>
        {found.map((pack) => (
          <PackCard key={pack.name} pack={pack} among={packs} />
        ))}
      </div>
    </>
  );
}
