/** The desk of an author: files, text and what comes of it, side by side or one by one. */
import { lazy, Suspense, useEffect, useState, type ReactElement } from "react";
import { Waiting } from "#/components/Waiting";
import type { Goal } from "#/components/editor/CodeEditor";
import { FileList } from "#/components/author/FileList";
import { useNarrow } from "#/components/narrow";
import { Segments } from "#/components/Segments";
import { Split } from "#/components/Split";
import { useTranslation } from "#/language";
import { SCENARIO, unsaved, verificationProjection, type Finding, type PackFile } from "#/models/author";
import { useLive, useQuery } from "#/transport/hooks";
import * as portal from "#/transport/portal";
import { AuthorBar } from "./AuthorBar";
import css from "./author.module.css";
import { Outcome } from "./Outcome";
import { useFileQuestions } from "./questions";
import { useDesk } from "./useDesk";
import { useReading } from "./useReading";

const CodeEditor = lazy(() => import("#/components/editor/CodeEditor"));
type Part = "files" | "text" | "outcome";

export function AuthorPage({ pack, files }: { pack: string; files: PackFile[] }): ReactElement {
  const { t } = useTranslation();
  const narrow = useNarrow();
  const hands = useDesk(pack);
  const { desk, open } = hands;
  const [current, setCurrent] = useState(SCENARIO);
  const [goal, setGoal] = useState<Goal | null>(null);
  const [part, setPart] = useState<Part>("text");
  const read = useReading(pack, desk);
  const proof = useLive(`pack:${pack}`, verificationProjection);
  const schema = useQuery({ queryKey: ["schema"], queryFn: portal.schema, staleTime: Infinity });
  const questions = useFileQuestions(hands, show);
  useEffect(() => {
    void open(SCENARIO);
    // Once: what was typed must not be read again.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, []);
  useSaveKey(() => void hands.save());

  function show(path: string, line?: Finding): void {
    setCurrent(path);
    setPart("text");
    setGoal(line ? { line: line.line, column: line.column } : null);
    void open(path);
  }

  const findings = read.reading?.findings ?? [];
  const buffer = desk.get(current);
  const list = (
    <FileList
      files={files}
      current={current}
      unsaved={unsaved(desk)}
      onOpen={(path) => show(path)}
      onNew={questions.askNew}
      onDelete={questions.askDelete}
    />
  );
  const text = buffer ? (
    <Suspense fallback={<Waiting />}>
      <CodeEditor
        path={current}
        text={buffer.text}
        label={t("author.editor", { path: current })}
        findings={findings.filter(({ path }) => path === current)}
        schema={current === SCENARIO ? (schema.data ?? null) : null}
        goal={goal}
        onChange={(typed) => hands.edit(current, typed)}
      />
    </Suspense>
  ) : (
    <Waiting />
  );
  const outcome = <Outcome pack={pack} read={read} proof={proof.value} onGo={(each) => show(each.path, each)} />;
  return (
    <main className={css.page}>
      <AuthorBar pack={pack} hands={hands} proof={proof.value} />
      {narrow ? (
        <>
          <Segments
            block
            aria-label={t("author.parts")}
            className={css.choice ?? ""}
            value={part}
            onChange={setPart}
            options={[
              { value: "files", label: t("author.files") },
              { value: "text", label: t("author.text") },
              { value: "outcome", label: `${t("author.findings")} (${findings.length})` },
            ]}
          />
          <div className={css.part}>{{ files: list, text, outcome }[part]}</div>
        </>
      ) : (
        <Split
          className={css.desk}
          parts={[
            { label: t("author.files"), content: list, size: 230, min: 140, folds: true },
            { label: t("author.text"), content: text, min: 320 },
            { label: t("author.findings"), content: outcome, size: "40%", min: 300, folds: true },
          ]}
        />
      )}
    </main>
  );
}

/** Mod-S saves, wherever the focus is. */
function useSaveKey(save: () => void): void {
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (event.key !== "s" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      save();
    };
    globalThis.addEventListener("keydown", press);
    return () => globalThis.removeEventListener("keydown", press);
  });
}
