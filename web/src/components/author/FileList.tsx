/** The files of a pack, as a list of buttons; a dot marks what is not saved. */
import { DeleteOutlined, FileAddOutlined } from "@ant-design/icons";
import { Button } from "antd";
import type { ReactElement } from "react";
import { useTranslation } from "#/language";
import { SCENARIO, type PackFile } from "#/models/author";
import css from "./FileList.module.css";

interface FileListProps {
  files: readonly PackFile[];
  /** The file that is shown. */
  current: string;
  unsaved: readonly string[];
  onOpen: (path: string) => void;
  onNew: () => void;
  onDelete: (path: string) => void;
}

export function FileList(props: FileListProps): ReactElement {
  const { files, current, unsaved, onOpen, onNew, onDelete } = props;
  const { t } = useTranslation();
  const known = new Set(files.map(({ path }) => path));
  const fresh = unsaved.filter((path) => !known.has(path));
  const all = [...files, ...fresh.map((path) => ({ path, text: true, size: 0 }))];
  return (
    <nav className={css.files} aria-label={t("author.files")}>
      <ul>
        {all.map(({ path, text }) => (
          <li key={path} data-here={path === current}>
            <button
              type="button"
              disabled={!text}
              aria-current={path === current}
              title={text ? path : t("author.noText")}
              onClick={() => onOpen(path)}
            >
              <span>{path}</span>
              {unsaved.includes(path) ? (
                <i role="img" aria-label={t("author.notSaved")} title={t("author.notSaved")} />
              ) : null}
            </button>
            {path === SCENARIO || path !== current ? null : (
              <Button
                type="text"
                size="small"
                icon={<DeleteOutlined />}
                aria-label={t("author.delete", { path })}
                onClick={() => onDelete(path)}
              />
            )}
          </li>
        ))}
      </ul>
      <Button type="text" icon={<FileAddOutlined />} onClick={onNew}>
        {t("author.newFile")}
      </Button>
    </nav>
  );
}
