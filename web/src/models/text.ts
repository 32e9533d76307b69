/** A text for people in every language that its author wrote. */
import * as v from "valibot";

export type Language = "en" | "zh";

/** Marks that show nothing and turn what stands beside them around, or hide in a name. */
const UNSEEN = /[\u200B\u200E\u200F\u2028-\u202E\u2060-\u2069\uFEFF]/g;
const plainModel = v.pipe(
  v.string(),
  v.transform((text) => text.replace(UNSEEN, "")),
);

export const textModel = v.union([plainModel, v.record(v.string(), plainModel)]);
export type Text = v.InferOutput<typeof textModel>;

/** The text in `language`, else in English, else in whatever there is. */
export function pick(text: Text | null | undefined, language: Language): string {
  if (text == null) return "";
  if (typeof text === "string") return text;
  return text[language] ?? text.en ?? Object.values(text)[0] ?? "";
}
