/** The four kinds of nodes on a map. */
import {
  DesktopOutlined,
  GatewayOutlined,
  HddOutlined,
  ThunderboltOutlined,
} from "@ant-design/icons";
import { Handle, Position, type Node, type NodeProps, type NodeTypes } from "@xyflow/react";
import { Popover } from "antd";
import { useState, type ReactElement, type ReactNode } from "react";
import { useNarrow } from "#/components/narrow";
import { useText, useTranslation } from "#/language";
import type { HostState } from "#/models/run";
import type { Topology, TopologyHost } from "#/models/topology";
import { Addresses } from "../Addresses";
import { Aside } from "./Aside";
import css from "./nodes.module.css";

export interface MapNodeData extends Record<string, unknown> {
  network: Topology["networks"][number] | undefined;
  host: TopologyHost | undefined;
  system: Topology["systems"][number] | undefined;
  state: HostState | undefined;
  panel: ((host: string, close: () => void) => ReactNode) | undefined;
}
type MapNode = NodeProps<Node<MapNodeData>>;

function Ends(): ReactElement {
  return (
    <>
      <Handle type="target" position={Position.Top} isConnectable={false} />
      <Handle type="source" position={Position.Bottom} isConnectable={false} />
    </>
  );
}

function NetworkNode({ data: { network } }: MapNode): ReactElement {
  const text = useText();
  return (
    <div className={css.network}>
      <Ends />
      <span>{text(network?.title) || network?.name}</span>
      <span className="number">{network?.cidr}</span>
    </div>
  );
}

function SystemNode({ data: { system } }: MapNode): ReactElement {
  const text = useText();
  return (
    <div className={css.system}>
      <Ends />
      <ThunderboltOutlined aria-hidden="true" />
      <span className={css.label}>
        <span className={css.name}>{text(system?.title) || system?.name}</span>
        {system?.host ? <span className={`${css.address} number`}>{system.host}</span> : null}
      </span>
    </div>
  );
}

function HostNode({ data: { host, state, panel } }: MapNode): ReactElement | null {
  const [open, setOpen] = useState(false);
  const narrow = useNarrow();
  if (!host) return null;
  const face = <HostFace host={host} state={state?.state ?? host.state} pressable={!!panel} />;
  if (!panel) return face;
  const close = (): void => setOpen(false);
  return (
    <Popover
      open={open}
      onOpenChange={setOpen}
      trigger="click"
      placement={narrow ? "bottom" : "right"}
      destroyOnHidden
      content={
        <Aside name={host.name} onLeave={close}>
          {panel(host.name, close)}
        </Aside>
      }
    >
      {face}
    </Popover>
  );
}

interface FaceProps {
  host: TopologyHost;
  state: string | null;
  pressable: boolean;
  /** What a popover says of itself while it is open. */
  className?: string;
}

function HostFace({ host, state, pressable, className = "", ...rest }: FaceProps): ReactElement {
  const text = useText();
  const { t } = useTranslation();
  const words: Record<string, string> = t("host.state", { returnObjects: true });
  const inside = (
    <>
      <Ends />
      <span className={css.icon} aria-hidden="true">
        <HostIcon host={host} />
      </span>
      <span className={css.label}>
        <span className={css.name}>{host.name}</span>
        <span className={css.address}>
          <Addresses host={host} />
        </span>
      </span>
      {state ? <i className={css.lamp} data-state={state} aria-hidden="true" /> : null}
    </>
  );
  const shared = {
    className: `${css.host} nopan nodrag ${className}`,
    "data-state": state ?? "none",
    title: text(host.title),
  };
  if (!pressable) return <div {...shared}>{inside}</div>;
  const now = words[state ?? "unknown"] ?? state;
  return (
    <button type="button" {...shared} {...rest}>
      {inside}
      <span className="visually-hidden">
        {text(host.title)}, {now}
      </span>
    </button>
  );
}

function HostIcon({ host }: { host: TopologyHost }): ReactElement {
  if (host.kind === "router") return <GatewayOutlined />;
  return host.systems.length > 0 ? <HddOutlined /> : <DesktopOutlined />;
}

export const NODE_TYPES: NodeTypes = {
  network: NetworkNode,
  host: HostNode,
  router: HostNode,
  system: SystemNode,
};
