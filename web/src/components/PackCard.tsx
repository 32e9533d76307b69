/** A pack in the library. */
import { CheckCircleFilled, CopyOutlined, WarningFilled } from "@ant-design/icons";
import type { ReactElement } from "react";
import { Link } from "react-router";
import { useText, useTranslation } from "#/language";
import { useMoments } from "#/language/moments";
import type { Pack } from "#/models/pack";
import css from "./PackCard.module.css";

interface PackCardProps {
  pack: Pack;
  /** All that there are: a copy is told by its original's title. */
  among?: readonly Pack[];
}

export function PackCard({ pack, among = [] }: PackCardProps): ReactElement {
  const text = useText();
  return (
    <Link to={`/packs/${pack.name}`} className={css.card}>
      <PackPicture pack={pack} />
      <div className={css.body}>
        <h2>{text(pack.title)}</h2>
        <CopyMark pack={pack} among={among} />
        <p className={css.text}>{text(pack.description)}</p>
        <PackFacts pack={pack} />
      </div>
    </Link>
  );
}

/** A copy has the title of its original until its author gives it another: its name tells it. */
export function CopyMark({ pack, among = [] }: PackCardProps): ReactElement | null {
  const { t } = useTranslation();
  const text = useText();
  if (pack.copy_of === null) return null;
  const original = among.find(({ name }) => name === pack.copy_of);
  return (
    <p className={css.copy}>
      <CopyOutlined aria-hidden="true" /> {t("library.copyOf", { pack: text(original?.title) || pack.copy_of })} ·{" "}
      <span className="number">{pack.name}</span>
    </p>
  );
}

/** The pack's own picture, or a quiet drawing made of its name. */
export function PackPicture({ pack }: { pack: Pack }): ReactElement {
  if (pack.picture) return <img className={css.picture} src={pack.picture} alt="" />;
  const bits = Array.from(pack.name, (letter) => letter.charCodeAt(0));
  return (
    <svg className={css.picture} viewBox="0 0 320 120" preserveAspectRatio="xMidYMid slice" aria-hidden="true">
      <rect width="320" height="120" className={css.sky} />
      {bits.slice(0, 9).map((bit, at) => (
        <g key={at} className={css.trace}>
          <path d={`M${20 + at * 35} 120 V${30 + (bit % 7) * 11}`} />
          <circle cx={20 + at * 35} cy={30 + (bit % 7) * 11} r="4" />
        </g>
      ))}
      <path className={css.horizon} d="M0 100 H320" />
    </svg>
  );
}

export function PackFacts({ pack }: { pack: Pack }): ReactElement {
  const { t } = useTranslation();
  return (
    <div className={css.facts}>
      <Difficulty level={pack.difficulty} />
      <span>{t("library.minutes", { count: pack.duration_min })}</span>
      <span>{t("library.hosts", { count: pack.hosts })}</span>
      <span>{t("library.tasks", { count: pack.tasks })}</span>
      <VerifiedMark pack={pack} />
    </div>
  );
}

function Difficulty({ level }: { level: number }): ReactElement {
  const { t } = useTranslation();
  const label = t("library.difficulty", { level });
  return (
    <span className={css.difficulty} role="img" aria-label={label} title={label}>
      {[1, 2, 3, 4, 5].map((step) => (
        <i key={step} data-on={step <= level} />
      ))}
    </span>
  );
}

function VerifiedMark({ pack: { verified } }: { pack: Pack }): ReactElement {
  const { t } = useTranslation();
  const moments = useMoments();
  if (!verified) return <span className={css.quiet}>{t("library.notVerified")}</span>;
  const date = moments.day(verified.date);
  return verified.ok ? (
    <span className={css.good}>
      <CheckCircleFilled aria-hidden="true" /> {t("library.verified", { date })}
    </span>
  ) : (
    <span className={css.bad}>
      <WarningFilled aria-hidden="true" /> {t("library.failedVerification", { date })}
    </span>
  );
}
