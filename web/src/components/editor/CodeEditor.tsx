/** A text editor for the files of a pack: completion from the schema, findings where they are. */
import { autocompletion, completionKeymap, type CompletionSource } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { python } from "@codemirror/lang-python";
import { yaml } from "@codemirror/lang-yaml";
import { bracketMatching, foldGutter, foldKeymap, indentOnInput } from "@codemirror/language";
import { lintGutter, lintKeymap, setDiagnostics, type Diagnostic } from "@codemirror/lint";
import { highlightSelectionMatches, searchKeymap } from "@codemirror/search";
import { EditorState, type Extension, type Text } from "@codemirror/state";
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
} from "@codemirror/view";
import { useEffect, useRef, type ReactElement } from "react";
import { useLanguage } from "#/language";
import chinese from "#/language/scenario.zh.json";
import type { Finding } from "#/models/author";
import { place, suggest, type Schema } from "#/models/completion";
import { pick, type Language } from "#/models/text";
import { nonce } from "#/theme/nonce";
import css from "./CodeEditor.module.css";
import { placed, words } from "./info";
import { LOOK } from "./look";

/** A place to go to; a new object goes there again. */
export interface Goal {
  line: number;
  column: number;
}

interface CodeEditorProps {
  path: string;
  text: string;
  label: string;
  findings: readonly Finding[];
  /** For completion; `null`: this file has no schema. */
  schema: Schema | null;
  goal: Goal | null;
  onChange: (text: string) => void;
}

export default function CodeEditor(props: CodeEditorProps): ReactElement {
  const { path, text, label, findings, schema, goal, onChange } = props;
  const language = useLanguage();
  const box = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  const given = useRef({ onChange, schema, text, language });
  useEffect(() => {
    given.current = { onChange, schema, text, language };
  });
  useEffect(() => {
    if (!box.current) return undefined;
    const made = new EditorView({
      parent: box.current,
      state: EditorState.create({
        doc: given.current.text,
        extensions: [
          ...EDITING,
          ...languageOf(path),
          // Without icons: all are the same, and look like a letter that is missing.
          autocompletion({ override: [completing(() => given.current)], icons: false, positionInfo: placed }),
          EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0" }),
          EditorView.cspNonce.of(nonce() ?? ""),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) given.current.onChange(update.state.doc.toString());
          }),
        ],
      }),
    });
    view.current = made;
    return () => {
      view.current = null;
      made.destroy();
    };
  }, [path, label]);
  useEffect(() => {
    const { current } = view;
    if (!current || current.state.doc.toString() === text) return;
    current.dispatch({ changes: { from: 0, to: current.state.doc.length, insert: text } });
  }, [text, path]);
  useEffect(() => {
    const { current } = view;
    if (!current) return;
    const marks = findings.map((each) => mark(current.state.doc, each, language));
    current.dispatch(setDiagnostics(current.state, marks));
  }, [findings, path, language]);
  useEffect(() => {
    const { current } = view;
    if (!current || !goal) return;
    const anchor = offset(current.state.doc, goal.line, goal.column);
    current.dispatch({
      selection: { anchor },
      effects: EditorView.scrollIntoView(anchor, { y: "center" }),
    });
    current.focus();
  }, [goal, path]);
  return <div ref={box} className={css.editor} />;
}

/** Tab stays the key that leaves the editor; Mod-] and Mod-[ indent. */
const EDITING: Extension[] = [
  lineNumbers(),
  foldGutter(),
  lintGutter(),
  highlightActiveLine(),
  highlightActiveLineGutter(),
  history(),
  drawSelection(),
  indentOnInput(),
  bracketMatching(),
  highlightSelectionMatches(),
  EditorView.lineWrapping,
  keymap.of([
    ...completionKeymap,
    ...defaultKeymap,
    ...searchKeymap,
    ...historyKeymap,
    ...foldKeymap,
    ...lintKeymap,
  ]),
  LOOK,
];

function languageOf(path: string): Extension[] {
  if (/\.ya?ml$/.test(path)) return [yaml()];
  return path.endsWith(".py") ? [python()] : [];
}

/** What the schema says of its keys, from English. */
const CHINESE: Record<string, string> = chinese;

function completing(now: () => { schema: Schema | null; language: Language }): CompletionSource {
  return ({ state, pos, explicit }) => {
    const { schema, language } = now();
    const found = schema && place(state.doc.toString(), pos);
    if (!schema || !found || (!explicit && found.typed === "")) return null;
    const told = (detail: string): string => (language === "zh" ? CHINESE[detail] : undefined) ?? detail;
    const options = suggest(schema, found).map(({ label, detail, kind }) => ({
      label,
      ...(detail ? { info: () => words(told(detail)) } : {}),
      apply: kind === "key" ? `${label}: ` : label,
      type: kind === "key" ? "property" : "enum",
    }));
    return { from: pos - found.typed.length, options, validFor: /^[\w-]*$/ };
  };
}

function offset(text: Text, line: number, column: number): number {
  const found = text.line(Math.min(Math.max(line, 1), text.lines));
  return Math.min(found.from + column - 1, found.to);
}

/** A finding under the word at which it stands, or the whole line. */
function mark(text: Text, finding: Finding, language: Language): Diagnostic {
  const { line, column, where, severity } = finding;
  const [message, remedy] = [pick(finding.message, language), pick(finding.remedy, language)];
  const from = offset(text, line, column);
  const rest = text.sliceString(from, text.lineAt(from).to);
  const word = /^[^\s,:{}[\]]+/.exec(rest)?.[0].length ?? rest.length;
  const told = [where ? `${where}: ${message}` : message, remedy].filter(Boolean).join("\n→ ");
  return {
    from,
    to: from + word,
    severity: severity === "error" ? "error" : "warning",
    message: told,
    renderMessage: () => words(told),
  };
}
