/** What a host is and what can be done with it. */
import { CodeOutlined, DesktopOutlined, ReloadOutlined } from "@ant-design/icons";
import { Button } from "antd";
import type { ReactElement } from "react";
import { useText, useTranslation } from "#/language";
import type { HostState } from "#/models/run";
import type { TopologyHost } from "#/models/topology";
import { Addresses } from "./Addresses";
import css from "./HostPanel.module.css";

export interface HostActions {
  onTerminal: (host: string, user: string) => void;
  onScreen: (host: string, screen: string) => void;
  onReset: () => void;
}

interface HostPanelProps extends HostActions {
  host: TopologyHost;
  state: HostState | undefined;
  disabled: boolean;
}

export function HostPanel({ host, state, disabled, ...act }: HostPanelProps): ReactElement {
  const { t } = useTranslation();
  return (
    <div className={css.panel}>
      <HostFacts host={host} state={state} />
      <div className={css.actions}>
        {host.users.map((user) => (
          <Button
            key={user}
            type="primary"
            icon={<CodeOutlined />}
            disabled={disabled}
            onClick={() => act.onTerminal(host.name, user)}
          >
            {t("host.terminal", { user })}
          </Button>
        ))}
        {host.screens.map((screen) => (
          <Button
            key={screen}
            icon={<DesktopOutlined />}
            disabled={disabled}
            onClick={() => act.onScreen(host.name, screen)}
          >
            {t("host.screen", { screen })}
          </Button>
        ))}
        <Button
          danger
          icon={<ReloadOutlined />}
          disabled={disabled}
          onClick={act.onReset}
        >
          {t("host.reset")}
        </Button>
      </div>
      {host.users.length === 0 ? <p className={css.note}>{t("host.noTerminal")}</p> : null}
    </div>
  );
}

interface FactsProps {
  host: TopologyHost;
  state: HostState | undefined;
}

function HostFacts({ host, state }: FactsProps): ReactElement {
  const { t } = useTranslation();
  const text = useText();
  const services = Object.entries(state?.services ?? host.services);
  const words: Record<string, string> = t("host.state", { returnObjects: true });
  const now = state?.state ?? host.state ?? "unknown";
  return (
    <>
      <header className={css.head}>
        <strong>{host.name}</strong>
        <span data-state={now}>{words[now] ?? now}</span>
        <p>{text(host.title)}</p>
      </header>
      <dl className={css.facts}>
        <dt>{t("host.addresses")}</dt>
        <dd>
          <Addresses host={host} />
        </dd>
        {services.length > 0 ? <dt>{t("host.services")}</dt> : null}
        {services.map(([name, what]) => (
          <dd key={name} data-state={what}>
            {name} · {words[what] ?? what}
          </dd>
        ))}
      </dl>
    </>
  );
}
