/** The card in the middle of a page that stands before all others. */
import type { ReactElement, ReactNode } from "react";
import { useTranslation } from "#/language";
import { Mark } from "#/shell/Mark";
import { LanguageChoice, ThemeSetting } from "#/shell/choices";
import css from "./signIn.module.css";

export function Card({ title, children }: { title: string; children: ReactNode }): ReactElement {
  const { t } = useTranslation();
  return (
    <main className={css.page}>
      <div className={css.card}>
        <header className={css.brand}>
          <Mark size={36} />
          <div>
            <strong>{t("name")}</strong>
            <span>{t("tagline")}</span>
          </div>
        </header>
        <h1>{title}</h1>
        {children}
      </div>
      <div className={css.settings}>
        <LanguageChoice />
        <ThemeSetting />
      </div>
    </main>
  );
}
