/** Terminals' recordings (asciicast v2): what was seen when, and the commands that were typed. */
import * as v from "valibot";
import { countUntil } from "./clock";

const headerModel = v.object({
  version: v.literal(2),
  width: v.number(),
  height: v.number(),
  timestamp: v.optional(v.number(), 0),
});
const frameModel = v.tuple([v.number(), v.string(), v.string()]);

/** A terminal's recording, its output by seconds since it was opened. */
export interface Cast {
  columns: number;
  rows: number;
  /** Unix time of its beginning. */
  started_s: number;
  frames: readonly { at_s: number; text: string }[];
}

/** Reads asciicast v2: a header line, then `[seconds, "o", text]` a line. */
export function castFrom(text: string): Cast {
  const [first = "{}", ...rest] = text.trim().split("\n");
  const header = v.parse(headerModel, JSON.parse(first));
  const frames = rest
    .map((line) => v.parse(frameModel, JSON.parse(line)))
    .filter(([, kind]) => kind === "o")
    .map(([at_s, , output]) => ({ at_s, text: output }));
  return { columns: header.width, rows: header.height, started_s: header.timestamp, frames };
}

/** How many frames a terminal has shown by a moment of its own. */
export function framesBy(cast: Cast, at_s: number): number {
  return countUntil(cast.frames, (frame) => frame.at_s, at_s);
}

/** What the frames from one number to another put on the screen. */
export function output(cast: Cast, from: number, to: number): string {
  return cast.frames
    .slice(from, to)
    .map((frame) => frame.text)
    .join("");
}

export interface Typed {
  at_s: number;
  text: string;
}

/** A shell's prompt, `user@host:folder$ `, then what was typed. */
const PROMPT = /^[\w.-]+@[\w.-]+:\S*[$#] (.*\S)/;
const ESCAPES = /\x1b(?:\[[0-9;?]*[A-Za-z]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[()][A-Z0-9]|[=>])/g;

/** The commands that were typed at a shell's prompt, when they were sent off. */
export function typed(cast: Cast): Typed[] {
  const found: Typed[] = [];
  let line = "";
  for (const { at_s, text } of cast.frames) {
    for (const letter of text.replaceAll(ESCAPES, "")) {
      if (letter === "\n") {
        const command = PROMPT.exec(line)?.[1];
        if (command) found.push({ at_s, text: command });
        line = "";
      } else if (letter === "\b") line = line.slice(0, -1);
      else if (letter >= " ") line += letter;
    }
  }
  return found;
}
