/**
 * What may be written at a place of a scenario file, from its JSON Schema.
 *
 * Pure: `place` reads the text up to the cursor as far as YAML's layout goes (blocks by
 * indentation, `{…}` and `[…]` anywhere), also where it is not finished; `suggest` follows the
 * keys through the schema. A whole parser would give up on exactly the line that is written.
 */

export type Schema = Readonly<Record<string, unknown>>;

export interface Place {
  /** Keys from the top of the file to where the cursor is; `[]` for an item of a list. */
  path: string[];
  /** Is a key written there, or the value of the last key of `path`? */
  kind: "key" | "value";
  /** What was written of it. */
  typed: string;
  /** Keys that stand beside it already. */
  beside: ReadonlySet<string>;
}

export interface Suggestion {
  label: string;
  /** What the schema says about it. */
  detail: string;
  kind: "key" | "value";
}

// ---- where the cursor is ---------------------------------------------------------------

interface Frame {
  /** Column of a block's keys; -1 for what is in brackets. */
  indent: number;
  key: string | null;
  list: boolean;
  /** Which item of all lists of the file. */
  item: number;
}

const KEY = /^("[^"]*"|'[^']*'|[^\s#"'{}[\],&*!|>%@`-][^#{}[\],]*?)\s*:(?=\s|$)/;
const BLOCK_TEXT = /^[|>][-+0-9]*\s*(#.*)?$/;

class Reader {
  readonly frames: Frame[] = [];
  /** Keys by the path of what they are in. */
  readonly keys = new Map<string, Set<string>>();
  private text = -1;
  private word = "";
  /** What ends what is read as it stands: a quote, or the bracket of `${…}`. */
  private quote = "";
  private items = 0;

  line(line: string): void {
    if (this.depth() > 0) {
      this.flow(line);
      return;
    }
    this.word = this.quote = "";
    const indent = line.search(/\S/);
    if (this.text >= 0 && (indent < 0 || indent > this.text)) return;
    this.text = -1;
    if (indent < 0 || line[indent] === "#") return;
    this.block(line, indent);
  }

  path(): string[] {
    return this.frames.flatMap(({ key, list }) => (list ? ["[]"] : key === null ? [] : [key]));
  }

  /** The same, with each item of a list for itself. */
  where(): string {
    return this.frames.map(({ key, list, item }) => (list ? `[${item}]` : (key ?? ""))).join("\n");
  }

  inText(indent: number): boolean {
    return this.text >= 0 && indent > this.text;
  }

  /** Brackets that are open. */
  depth(): number {
    return this.frames.filter(({ indent }) => indent < 0).length;
  }

  unfinished(): string {
    return this.word.trimStart();
  }

  private block(line: string, start: number): void {
    let indent = start;
    let rest = line.slice(indent);
    this.leaveFor(indent, rest.startsWith("- "));
    while (rest.startsWith("- ")) {
      this.push(indent, null, true);
      const inner = rest.slice(1).search(/\S/);
      if (inner < 0) return;
      indent += inner + 1;
      rest = rest.slice(inner + 1);
    }
    const key = KEY.exec(rest);
    if (!key) {
      this.flow(rest);
      return;
    }
    this.note(unquoted(key[1] ?? ""));
    this.push(indent, unquoted(key[1] ?? ""), false);
    const value = rest.slice(key[0].length).trim();
    if (BLOCK_TEXT.test(value)) this.text = start;
    else this.flow(value);
  }

  /** A list may stand at the column of its key: its items leave items, but not the key. */
  private leaveFor(indent: number, item: boolean): void {
    const top = (): Frame | undefined => this.frames.at(-1);
    const over = (frame: Frame): boolean =>
      frame.indent > indent || (frame.indent === indent && (frame.list || !item));
    for (let frame = top(); frame && over(frame); frame = top()) this.frames.pop();
  }

  private flow(text: string): void {
    const letters = Array.from(text);
    for (const [at, letter] of letters.entries()) {
      if (this.quote) {
        if (letter === this.quote) this.quote = "";
        this.word += letter;
      } else if (letter === "#" && (at === 0 || letters[at - 1] === " ")) return;
      else this.letter(letter, letters[at + 1]);
    }
  }

  private push(indent: number, key: string | null, list: boolean): void {
    this.items += list ? 1 : 0;
    this.frames.push({ indent, key, list, item: this.items });
  }

  private letter(letter: string, next: string | undefined): void {
    const top = this.frames.at(-1);
    const inside = this.depth() > 0;
    const begins = this.word.trim() === "";
    if (begins && (letter === "{" || letter === "[")) {
      this.push(-1, null, letter === "[");
      this.word = "";
    } else if (inside && (letter === "}" || letter === "]")) {
      this.frames.pop();
      this.word = "";
    } else if (inside && letter === "," && top) {
      if (!top.list) top.key = null;
      else top.item = this.items += 1;
      this.word = "";
    } else if (inside && letter === ":" && top && !top.list && (next ?? " ") === " ") {
      this.note(unquoted(this.word.trim()));
      top.key = unquoted(this.word.trim());
      this.word = "";
    } else {
      if (begins && (letter === '"' || letter === "'")) this.quote = letter;
      if (letter === "{" && this.word.endsWith("$")) this.quote = "}";
      this.word += letter;
    }
  }

  private note(key: string): void {
    const where = this.where();
    this.keys.set(where, (this.keys.get(where) ?? new Set<string>()).add(key));
  }
}

function unquoted(text: string): string {
  return text.replace(/^(["'])(.*)\1$/, "$2");
}

/** Where the cursor is; `null` where nothing of the schema is written (in texts and comments). */
export function place(text: string, offset: number): Place | null {
  const lines = text.slice(0, offset).split("\n");
  const last = lines.pop() ?? "";
  const reader = new Reader();
  for (const line of lines) reader.line(line);
  const found = reader.depth() > 0 ? inBrackets(reader, last) : inBlock(reader, last);
  if (!found) return null;
  const { path, kind, typed } = found;
  return { path, kind, typed, beside: kind === "key" ? keysBeside(text, found) : new Set() };
}

interface Found extends Omit<Place, "beside"> {
  where: string;
}

function inBrackets(reader: Reader, last: string): Found | null {
  reader.line(last);
  return bracketPlace(reader);
}

function bracketPlace(reader: Reader): Found | null {
  const top = reader.frames.at(-1);
  const kind = top?.list === false && top.key === null ? "key" : "value";
  return { path: reader.path(), where: reader.where(), kind, typed: reader.unfinished() };
}

function inBlock(reader: Reader, last: string): Found | null {
  const indent = last.search(/\S/) < 0 ? last.length : last.search(/\S/);
  if (reader.inText(indent) || /(^|\s)#/.test(last)) return null;
  const before = last.match(/^\s*(- +)*/)?.[0] ?? "";
  const rest = last.slice(before.length);
  const key = KEY.exec(rest);
  if (!key && !/[{[]/.test(rest)) {
    reader.line(`${before}_:`);
    reader.frames.pop();
    return { path: reader.path(), where: reader.where(), kind: "key", typed: rest };
  }
  reader.line(last);
  if (reader.depth() > 0) return bracketPlace(reader);
  const typed = rest.slice(key?.[0].length ?? 0).trimStart();
  return key ? { path: reader.path(), where: reader.where(), kind: "value", typed } : null;
}

/** Keys of the same mapping, before and after the cursor. */
function keysBeside(text: string, { where }: Found): ReadonlySet<string> {
  const reader = new Reader();
  for (const line of text.split("\n")) reader.line(line);
  return reader.keys.get(where) ?? new Set();
}

// ---- what the schema says there ---------------------------------------------------------

/** What may be written at a place, in the schema's order. */
export function suggest(schema: Schema, at: Place): Suggestion[] {
  const here = at.path.reduce<Schema[]>(
    (all, key) => all.flatMap((each) => step(schema, each, key)),
    expand(schema, schema),
  );
  const found = at.kind === "key" ? here.flatMap((each) => keysOf(schema, each)) : here.flatMap(valuesOf);
  const first = new Map(found.map((each) => [each.label, each]).reverse() as [string, Suggestion][]);
  return [...first.values()].reverse().filter(({ label }) => !at.beside.has(label));
}

/** All alternatives of a schema, without references. */
function expand(root: Schema, schema: unknown): Schema[] {
  if (!isSchema(schema)) return [];
  const name = typeof schema.$ref === "string" ? schema.$ref.replace("#/$defs/", "") : null;
  const definitions = isSchema(root.$defs) ? root.$defs : {};
  if (name !== null) return expand(root, definitions[name]);
  const choices = [schema.anyOf, schema.oneOf].flatMap((each): unknown[] => (Array.isArray(each) ? each : []));
  return choices.length > 0 ? choices.flatMap((each) => expand(root, each)) : [schema];
}

function step(root: Schema, schema: Schema, key: string): Schema[] {
  if (key === "[]") return expand(root, schema.items);
  const own = isSchema(schema.properties) ? schema.properties[key] : undefined;
  return expand(root, own ?? schema.additionalProperties);
}

function keysOf(root: Schema, schema: Schema): Suggestion[] {
  const properties = isSchema(schema.properties) ? schema.properties : {};
  return Object.entries(properties).map(([label, each]) => ({
    label,
    detail: described(each) || expand(root, each).map(described).find(Boolean) || "",
    kind: "key",
  }));
}

function valuesOf(schema: Schema): Suggestion[] {
  const listed = Array.isArray(schema.enum) ? schema.enum : "const" in schema ? [schema.const] : [];
  const values: unknown[] = schema.type === "boolean" ? [true, false] : listed;
  return values.map((value) => ({ label: String(value), detail: described(schema), kind: "value" }));
}

function described(schema: unknown): string {
  const text = isSchema(schema) ? schema.description : undefined;
  return typeof text === "string" ? text.replaceAll("\n", " ") : "";
}

function isSchema(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
