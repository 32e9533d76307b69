/** A recording of an exercise from a file, played on the big screen. */
import { FolderOpenOutlined } from "@ant-design/icons";
import { Upload } from "antd";
import { useState, type ReactElement } from "react";
import { useSearchParams } from "react-router";
import { Page } from "#/components/Page";
import { ProblemNote } from "#/components/ProblemNote";
import { useTranslation } from "#/language";
import { Problem } from "#/models/problem";
import { recordingFrom, topicOf, type Recording } from "#/models/recording";
import { ReplayWall } from "../board/ReplayWall";
import { speedOf } from "../board/speed";

export function Component(): ReactElement {
  const { t } = useTranslation();
  const [search] = useSearchParams();
  const [recording, setRecording] = useState<Recording | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  if (recording) return <ReplayWall recording={recording} speed={speedOf(search.get("speed"))} />;
  const open = async (file: File): Promise<void> => {
    try {
      const read = recordingFrom(await file.text());
      if (topicOf(read, "board") === undefined) throw new SyntaxError(t("board.noBoard"));
      setRecording(read);
    } catch (error) {
      if (!(error instanceof Problem || error instanceof SyntaxError)) throw error;
      setProblem(
        new Problem("answer", t("board.notRecording"), 0, error.message, t("board.notRecordingRemedy")),
      );
    }
  };
  return (
    <Page title={t("board.replayTitle")} lead={t("board.replayLead")}>
      <Upload.Dragger
        accept=".json,application/json"
        multiple={false}
        showUploadList={false}
        beforeUpload={(file) => {
          void open(file);
          return false;
        }}
      >
        <p>
          <FolderOpenOutlined style={{ fontSize: 32, color: "var(--accent)" }} />
        </p>
        <p>{t("board.chooseFile")}</p>
      </Upload.Dragger>
      {problem ? <ProblemNote problem={problem} /> : null}
    </Page>
  );
}
