/** A text for people in every language that its author wrote. */
import * as v from "valibot";

export type Language = "en" | "zh";

export const textModel = v.union([v.string(), v.record(v.string(), v.string())]);
export type Text = v.InferOutput<typeof textModel>;

/** The text in `language`, else in English, else in whatever there is. */
export function pick(text: Text | null | undefined, language: Language): string {
  if (text == null) return "";
  if (typeof text === "string") return text;
  return text[language] ?? text.en ?? Object.values(text)[0] ?? "";
}
