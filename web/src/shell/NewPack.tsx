/** Makes a pack, new or as a copy, and opens it in the author's view. */
import { PlusOutlined } from "@ant-design/icons";
import { Button, Form, Input } from "antd";
import { useState, type ReactElement } from "react";
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

interface NewPackDialogProps {
  /** The pack to copy; `null`: a new one. */
  copyOf: string | null;
  onClose: () => void;
}

export function NewPackDialog({ copyOf, onClose }: NewPackDialogProps): ReactElement {
  const { t } = useTranslation();
  const [form] = Form.useForm<{ name: string; title?: string }>();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const make = useMutation({
    mutationFn: ({ name, title }: { name: string; title?: string }) =>
      portal.createPack(name, title?.trim() || null, copyOf),
    onSuccess: async ({ name }) => {
      void queries.invalidateQueries({ queryKey: ["packs"] });
      await navigate(`/packs/${name}/edit`);
    },
  });
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
        {copyOf === null ? (
          <Form.Item name="title" label={t("author.title")}>
            <Input maxLength={200} />
          </Form.Item>
        ) : null}
      </Form>
      {make.error ? <ProblemNote problem={asProblem(make.error)} /> : null}
    </Dialog>
  );
}
