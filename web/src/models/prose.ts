/** Sentences in which names are written between backquotes, as the platform writes them. */

export interface Piece {
  text: string;
  /** Is it a name, or something to type? */
  code: boolean;
}

/** A sentence in pieces; one with a backquote too many is one piece, as it is. */
export function pieces(sentence: string): Piece[] {
  const parts = sentence.split("`");
  if (parts.length % 2 === 0) return [{ text: sentence, code: false }];
  return parts.map((text, at) => ({ text, code: at % 2 === 1 })).filter(({ text }) => text !== "");
}
