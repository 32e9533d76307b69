/** A host's page in a frame that cannot reach the portal. */
import { ExportOutlined } from "@ant-design/icons";
import { Alert, Button } from "antd";
import type { ReactElement } from "react";
import { useTranslation } from "#/language";
import css from "./ScreenFrame.module.css";

interface ScreenFrameProps {
  title: string;
  url: string;
  seenFrom: string;
  /** `origin`: at an origin of its own; `opaque`: without one, so without cookies. */
  mode: string;
}

export function ScreenFrame({ title, url, seenFrom, mode }: ScreenFrameProps): ReactElement {
  const { t } = useTranslation();
  const own = mode === "origin";
  const powers = own ? "allow-scripts allow-forms allow-same-origin" : "allow-scripts allow-forms";
  return (
    <div className={css.screen}>
      <div className={css.bar}>
        <strong>{title}</strong>
        <span>{t("screen.seenFrom", { host: seenFrom })}</span>
        <Button
          size="small"
          type="text"
          icon={<ExportOutlined />}
          href={url}
          target="_blank"
          rel="noopener"
          aria-label={t("screen.popOut")}
        />
      </div>
      {own ? null : <Alert banner type="info" title={t("screen.isolated")} />}
      <iframe className={css.frame} src={url} title={title} sandbox={powers} />
    </div>
  );
}
