/** With whom a run is compared, and its report to take away. */
import { DownOutlined, FilePdfOutlined, FileTextOutlined } from "@ant-design/icons";
import { Button, Select, Space } from "antd";
import { useState, type ReactElement } from "react";
import { useNavigate } from "react-router";
import { DropMenu } from "#/components/DropMenu";
import { useLanguage, useTranslation } from "#/language";
import type { RunRecord } from "#/models/record";
import { useQuery } from "#/transport/hooks";
import { alive, type Run } from "#/models/run";
import { usePresent } from "#/shell/SignedIn";
import { useTell } from "#/shell/tell";
import * as portal from "#/transport/portal";
import { exerciseRecording } from "#/transport/records";
import css from "./review.module.css";

interface HeadingProps {
  records: readonly RunRecord[];
  onBeside: (run: string | null) => void;
}

export function Heading({ records, onBeside }: HeadingProps): ReactElement {
  const { t } = useTranslation();
  const own = records[0]?.run;
  const choices = useQuery({
    queryKey: ["comparable", own?.exercise],
    queryFn: () => comparable(own?.exercise ?? "", own?.pack ?? ""),
    enabled: own !== undefined,
  });
  const others = (choices.data ?? []).filter(({ id }) => id !== own?.id);
  return (
    <div className={css.heading}>
      <Select
        value={records[1]?.run.id ?? null}
        onChange={(run: string | undefined | null) => onBeside(run ?? null)}
        allowClear
        showSearch={{ optionFilterProp: "label" }}
        placeholder={t("review.compare")}
        aria-label={t("review.compare")}
        notFoundContent={t("review.nobody")}
        options={others.map(({ id, learner, points }) => ({
          value: id,
          label: `${learner} · ${points}`,
        }))}
      />
      {own ? <TakeAway run={own} /> : null}
    </div>
  );
}

/** The report as a page and on paper; the whole exercise as a recording. */
function TakeAway({ run }: { run: Run }): ReactElement {
  const { id, exercise } = run;
  const { t } = useTranslation();
  const { account } = usePresent();
  const language = useLanguage();
  const navigate = useNavigate();
  const tell = useTell();
  const [printing, setPrinting] = useState(false);
  // A report tells what a learner is still to find out.
  const early = alive(run) && run.account === account.id;
  const print = async (): Promise<void> =>
    download(`after-action-${id}.pdf`, await portal.reportPaper(id, language));
  const save = async (): Promise<void> => {
    const text = JSON.stringify(await exerciseRecording(exercise));
    download(`exercise-${exercise}.json`, new Blob([text], { type: "application/json" }));
  };
  const items = [
    { key: "save", label: t("board.save"), onClick: () => void tell(save) },
    {
      key: "show",
      label: t("board.show"),
      onClick: () => void navigate(`/exercises/${exercise}/board?replay=10`),
    },
  ];
  return (
    <Space.Compact>
      <Button
        icon={<FileTextOutlined />}
        href={`/api/runs/${id}/report.html?language=${language}`}
        target="_blank"
        rel="noreferrer"
        disabled={early}
        title={early ? t("review.early") : undefined}
      >
        {t("review.html")}
      </Button>
      <Button
        icon={<FilePdfOutlined />}
        loading={printing}
        disabled={early}
        title={early ? t("review.early") : undefined}
        onClick={() => {
          setPrinting(true);
          void tell(print).finally(() => setPrinting(false));
        }}
      >
        {t("review.pdf")}
      </Button>
      <DropMenu menu={{ items }}>
        <Button icon={<DownOutlined />} aria-label={t("review.more")} />
      </DropMenu>
    </Space.Compact>
  );
}

function download(name: string, content: Blob): void {
  const address = URL.createObjectURL(content);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}

/** Runs of the same pack: those of the exercise, and the person's own. */
async function comparable(exercise: string, pack: string) {
  const [same, mine] = await Promise.all([
    portal.exercise(exercise).then(({ runs }) => runs).catch(() => []),
    portal.runs(),
  ]);
  const all = new Map([...mine, ...same].map((run) => [run.id, run]));
  return [...all.values()].filter((run) => run.pack === pack && run.started_at !== null);
}
