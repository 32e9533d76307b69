/** What moves the replay: play, speed, zoom; and what it shows now. */
import {
  CaretRightOutlined,
  ColumnWidthOutlined,
  PauseOutlined,
  StepBackwardOutlined,
  StepForwardOutlined,
  ZoomInOutlined,
  ZoomOutOutlined,
} from "@ant-design/icons";
import { Button, Select, Space, Tooltip } from "antd";
import type { ReactElement, ReactNode } from "react";
import type { ClockState } from "#/components/clock/hands";
import { useTranslation } from "#/language";
import { zoomed } from "#/models/clock";
import { clock } from "#/models/journal";
import { SPEEDS, type Replay } from "./replay";
import css from "./review.module.css";

const ZOOM = 1.6;

interface HandsProps {
  replay: Replay;
  state: ClockState;
  stops: readonly number[];
  onGo: (moment: number) => void;
}

export function Hands({ replay, state, stops, onGo }: HandsProps): ReactElement {
  const { t } = useTranslation();
  const { whole, window, now, onWindow } = state;
  const zoom = (factor: number): void => onWindow(zoomed(window, whole, now, factor));
  return (
    <div className={css.bar}>
      <Button
        type="primary"
        icon={replay.playing ? <PauseOutlined /> : <CaretRightOutlined />}
        onClick={replay.toggle}
      >
        {replay.playing ? t("review.stop") : t("review.play")}
      </Button>
      <Select
        value={replay.speed}
        onChange={replay.setSpeed}
        options={SPEEDS.map((value) => ({ value, label: `${value}×` }))}
        aria-label={t("review.speed")}
      />
      <Space.Compact>
        <Press label={t("review.before")} onClick={() => onGo(stops.findLast((stop) => stop < now - 0.01) ?? whole[0])}>
          <StepBackwardOutlined />
        </Press>
        <Press label={t("review.after")} onClick={() => onGo(stops.find((stop) => stop > now + 0.01) ?? whole[1])}>
          <StepForwardOutlined />
        </Press>
      </Space.Compact>
      <Space.Compact>
        <Press label={t("review.zoomOut")} onClick={() => zoom(ZOOM)}>
          <ZoomOutOutlined />
        </Press>
        <Press label={t("review.zoomIn")} onClick={() => zoom(1 / ZOOM)}>
          <ZoomInOutlined />
        </Press>
        <Press label={t("review.whole")} onClick={() => onWindow(whole)}>
          <ColumnWidthOutlined />
        </Press>
      </Space.Compact>
      <b className="number">
        {clock(now)} <span>/ {clock(whole[1])}</span>
      </b>
      <small>{t("review.clockHelp")}</small>
    </div>
  );
}

interface PressProps {
  label: string;
  onClick: () => void;
  children: ReactNode;
}

function Press({ label, onClick, children }: PressProps): ReactElement {
  return (
    <Tooltip title={label}>
      <Button icon={children} aria-label={label} onClick={onClick} />
    </Tooltip>
  );
}
