/** Operator screens: pages of hosts, each opened at an origin of its own. */
import { Button } from "antd";
import type { ReactElement } from "react";
import { Failed } from "#/components/Failed";
import { ScreenFrame } from "#/components/ScreenFrame";
import { Waiting } from "#/components/Waiting";
import { useText, useTranslation } from "#/language";
import { usePresent } from "#/shell/SignedIn";
import { useQuery } from "#/transport/hooks";
import * as portal from "#/transport/portal";
import { alive } from "#/models/run";
import type { PartProps } from "./part";
import css from "./run.module.css";
import { useTopology } from "./WorldPart";

interface ScreenPlace {
  host: string;
  screen: string;
}

interface ScreensPartProps extends PartProps {
  chosen: ScreenPlace | null;
  onChoose: (host: string, screen: string) => void;
}

export function ScreensPart({ run, still, chosen, onChoose }: ScreensPartProps): ReactElement {
  const { t } = useTranslation();
  const text = useText();
  const topology = useTopology(run);
  const places = (topology.data?.hosts ?? []).flatMap((host) =>
    host.screens.map((screen) => ({ host: host.name, title: text(host.title), screen })),
  );
  if (topology.data && places.length === 0) return <p className={css.absent}>{t("screen.none")}</p>;
  if (!topology.data) return <p className={css.absent}>{alive(run) ? t("run.notYet") : t("run.over")}</p>;
  // The first, until another is chosen; while the world stands still none can be opened.
  const shown = chosen ?? (still ? undefined : places[0]);
  return (
    <div className={css.screens}>
      <div className={css.chips} role="group" aria-label={t("screen.choose")}>
        {places.map(({ host, title, screen }) => (
          <Button
            key={`${host}/${screen}`}
            size="small"
            type={shown?.host === host && shown.screen === screen ? "primary" : "default"}
            disabled={still}
            title={title}
            onClick={() => onChoose(host, screen)}
          >
            {host} · {screen}
          </Button>
        ))}
      </div>
      {shown ? (
        <OpenScreen run={run.id} epoch={run.epoch} host={shown.host} screen={shown.screen} />
      ) : (
        <p className={css.absent}>{t("screen.press")}</p>
      )}
    </div>
  );
}

interface OpenScreenProps extends ScreenPlace {
  run: string;
  epoch: number;
}

function OpenScreen({ run, epoch, host, screen }: OpenScreenProps): ReactElement {
  const { session } = usePresent();
  const opened = useQuery({
    queryKey: ["screen", run, epoch, host, screen],
    queryFn: () => portal.openScreen(run, host, screen),
    staleTime: Infinity,
    gcTime: 0,
  });
  if (opened.error) return <Failed error={opened.error} onRetry={() => void opened.refetch()} />;
  if (!opened.data) return <Waiting />;
  const { url, seen_from } = opened.data;
  const title = `${host} · ${screen}`;
  return <ScreenFrame title={title} url={url} seenFrom={seen_from} mode={session.screens} />;
}
