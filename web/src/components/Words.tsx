/** A sentence whose names stand out. */
import type { ReactElement } from "react";
import { pieces } from "#/models/prose";

export function Words({ text: sentence }: { text: string }): ReactElement {
  return <>{pieces(sentence).map(({ text, code }, at) => (code ? <code key={at}>{text}</code> : text))}</>;
}
