/** The bar of a run: where it stands, and the actions on all of it. */
import {
  BarChartOutlined,
  InfoCircleOutlined,
  MoreOutlined,
  PauseOutlined,
  CaretRightOutlined,
  ReloadOutlined,
} from "@ant-design/icons";
import { Button, Tooltip } from "antd";
import type { ReactElement } from "react";
import { useNavigate } from "react-router";
import { DropMenu } from "#/components/DropMenu";
import { ConnectionBadge } from "#/components/ConnectionBadge";
import { StateTag } from "#/components/StateTag";
import { useText, useTranslation } from "#/language";
import { clock } from "#/models/journal";
import type { Connection } from "#/models/live";
import { alive, type Run } from "#/models/run";
import { useReset } from "#/shell/reset";
import { useTell } from "#/shell/tell";
import * as portal from "#/transport/portal";
import css from "./run.module.css";

export function RunBar({ run, connection }: { run: Run; connection: Connection }): ReactElement {
  const { t } = useTranslation();
  const text = useText();
  return (
    <header className={css.bar}>
      <div className={css.name}>
        <h1>{text(run.title)}</h1>
        <span>{run.learner}</span>
      </div>
      {run.degraded.length > 0 ? <Degraded reasons={run.degraded} /> : null}
      <StateTag state={run.state} />
      <dl className={css.figures}>
        <div>
          <dt>{t("run.clock")}</dt>
          <dd className="number">{clock(run.sandbox_time_s)}</dd>
        </div>
        <div>
          <dt>{t("run.score")}</dt>
          <dd className="number">
            {run.score.points}
            <small> / {run.score.max_points}</small>
          </dd>
        </div>
      </dl>
      <ConnectionBadge connection={connection} />
      {alive(run) ? <Actions run={run} /> : null}
    </header>
  );
}

/** What this machine could not give, one word with the rest behind it. */
function Degraded({ reasons }: { reasons: readonly string[] }): ReactElement {
  const { t } = useTranslation();
  return (
    <Tooltip title={reasons.join("; ")} trigger={["hover", "focus", "click"]}>
      <Button
        size="small"
        type="text"
        icon={<InfoCircleOutlined />}
        className={css.degraded ?? ""}
        aria-label={t("run.degraded")}
      >
        {t("run.degraded")}
      </Button>
    </Tooltip>
  );
}

function Actions({ run }: { run: Run }): ReactElement {
  const { t } = useTranslation();
  const tell = useTell();
  const askReset = useReset();
  const paused = run.state === "paused";
  const busy = run.state !== "running" && !paused;
  return (
    <div className={css.acts}>
      <Tooltip title={t("run.pauseText")}>
        <Button
          icon={paused ? <CaretRightOutlined /> : <PauseOutlined />}
          type={paused ? "primary" : "default"}
          disabled={busy}
          onClick={() => void tell(() => (paused ? portal.resume : portal.pause)(run.id))}
        >
          {paused ? t("run.resume") : t("run.pause")}
        </Button>
      </Tooltip>
      <Button icon={<ReloadOutlined />} disabled={busy} onClick={() => askReset(run.id, null)}>
        {t("run.reset")}
      </Button>
      <More run={run} />
    </div>
  );
}

function More({ run }: { run: Run }): ReactElement {
  const { t } = useTranslation();
  const tell = useTell();
  const navigate = useNavigate();
  const playing = run.story === "playing";
  const items = [
    {
      key: "story",
      icon: <CaretRightOutlined />,
      label: playing ? t("run.stopStory") : t("run.play"),
      disabled: run.state !== "running",
      onClick: () => void tell(() => portal.playStory(run.id, !playing)),
    },
    {
      key: "review",
      icon: <BarChartOutlined />,
      label: t("run.review"),
      onClick: () => void navigate(`/runs/${run.id}/review`),
    },
  ];
  return (
    <DropMenu menu={{ items }}>
      <Button icon={<MoreOutlined />} aria-label={t("run.more")} />
    </DropMenu>
  );
}

