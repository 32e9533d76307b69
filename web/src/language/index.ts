/** The interface's language: the stored choice, else the browser's, else English. */
import i18next from "i18next";
import { initReactI18next, useTranslation } from "react-i18next";
import { pick, type Language, type Text } from "#/models/text";
import { en } from "./en";
import { zh } from "./zh";

declare module "i18next" {
  interface CustomTypeOptions {
    resources: { translation: typeof en };
  }
}

const KEY = "bachang.language";

function initial(): Language {
  const stored = localStorage.getItem(KEY);
  if (stored === "en" || stored === "zh") return stored;
  return navigator.languages.some((each) => each.startsWith("zh")) ? "zh" : "en";
}

export async function startLanguage(): Promise<void> {
  const language = initial();
  await i18next.use(initReactI18next).init({
    resources: { en: { translation: en }, zh: { translation: zh } },
    lng: language,
    fallbackLng: "en",
    interpolation: { escapeValue: false },
  });
  document.documentElement.lang = tag(language);
}

export async function speak(language: Language): Promise<void> {
  localStorage.setItem(KEY, language);
  await i18next.changeLanguage(language);
  document.documentElement.lang = tag(language);
}

function tag(language: Language): string {
  return language === "zh" ? "zh-CN" : "en";
}

export function useLanguage(): Language {
  return useTranslation().i18n.language === "zh" ? "zh" : "en";
}

/** Gives the function that chooses a text's words in the interface's language. */
export function useText(): (text: Text | null | undefined) => string {
  const language = useLanguage();
  return (text) => pick(text, language);
}

/** What a kind of journal entry is called; one without a name is called by its key. */
export function useKindName(): (kind: string) => string {
  const language = useLanguage();
  const names: Record<string, string> = (language === "zh" ? zh : en).kind;
  return (kind) => names[kind] ?? kind;
}

export { useTranslation };
