/** Makes a pack, new, from an archive or as a copy, and opens it in the author's view. */
import { FileZipOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Form, Input, Space } from "antd";
import { useRef, useState, type ChangeEvent, type ReactElement } from "react";
import { useNavigate } from "react-router";
import { Dialog } from "#/components/Dialog";
import { asProblem } from "#/components/Failed";
import { ProblemNote } from "#/components/ProblemNote";
import { useTranslation } from "#/language";
import { writes } from "#/models/session";
import { useMutation, useQueryClient } from "#/transport/hooks";
import * as portal from "#/transport/portal";
import { usePresent } from "./SignedIn";

const NAME = /^[a-z0-9]([a-z0-9._-]{0,62}[a-z0-9])?$/;

export function NewPackButton(): ReactElement | null {
  const { t } = useTranslation();
  const { account } = usePresent();
  const [asked, setAsked] = useState(false);
  if (!writes(account)) return null;
  return (
    <>
      <Button icon={<PlusOutlined />} onClick={() => setAsked(true)}>
        {t("author.newPack")}
      </Button>
      {asked ? <NewPackDialog copyOf={null} onClose={() => setAsked(false)} /> : null}
    </>
  );
}

interface Wanted {
  name: string;
  title?: string;
}

/** The name that an archive's own suggests. */
function nameOf(archive: File): string {
  const plain = archive.name.replace(/\.zip$/i, "").toLowerCase();
  return plain.replace(/[^a-z0-9._-]+/g, "-").replace(/^[._-]+|[._-]+$/g, "");
}

interface NewPackDialogProps {
  /** The pack to copy; `null`: a new one. */
  copyOf: string | null;
  onClose: () => void;
}

export function NewPackDialog({ copyOf, onClose }: NewPackDialogProps): ReactElement {
  const { t } = useTranslation();
  const [form] = Form.useForm<Wanted>();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [archive, setArchive] = useState<File>();
  const chooser = useRef<HTMLInputElement>(null);
  const make = useMutation({
    mutationFn: ({ name, title }: Wanted) =>
      archive
        ? portal.uploadPack(name, archive)
        : portal.createPack(name, title?.trim() || null, copyOf),
    onSuccess: async ({ name }) => {
      void queries.invalidateQueries({ queryKey: ["packs"] });
      await navigate(`/packs/${name}/edit`);
    },
  });
  const choose = ({ target }: ChangeEvent<HTMLInputElement>): void => {
    const chosen = target.files?.[0];
    setArchive(chosen);
    if (chosen && !form.getFieldValue("name")) form.setFieldValue("name", nameOf(chosen));
  };
  return (
    <Dialog
      title={copyOf === null ? t("author.newPack") : t("author.copyTitle")}
      okText={t("author.create")}
      cancelText={t("author.cancel")}
      confirmLoading={make.isPending}
      onOk={() => form.submit()}
      onCancel={onClose}
    >
      <Form
        form={form}
        layout="vertical"
        initialValues={{ name: copyOf === null ? "" : `${copyOf}-copy` }}
        onFinish={(given) => make.mutate(given)}
      >
        <Form.Item
          name="name"
          label={t("author.name")}
          rules={[{ required: true, pattern: NAME, message: t("author.nameRule") }]}
        >
          <Input autoComplete="off" />
        </Form.Item>
        {copyOf === null && !archive ? (
          <Form.Item name="title" label={t("author.title")}>
            <Input maxLength={200} />
          </Form.Item>
        ) : null}
        {copyOf === null ? (
          <Form.Item label={t("author.archive")} htmlFor="archive">
            <input
              ref={chooser}
              type="file"
              accept=".zip,application/zip"
              style={{ display: "none" }}
              onChange={choose}
            />
            <Space wrap>
              <Button id="archive" icon={<FileZipOutlined />} onClick={() => chooser.current?.click()}>
                {t("author.choose")}
              </Button>
              {archive?.name ?? t("author.noArchive")}
            </Space>
          </Form.Item>
        ) : null}
      </Form>
      {make.error ? <ProblemNote problem={asProblem(make.error)} /> : null}
    </Dialog>
  );
}
