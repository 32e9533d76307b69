/** Starts a class or a drill: for whom, for how long, and how many sandboxes fit now. */
import { Form, Input, InputNumber, Select } from "antd";
import type { ReactElement } from "react";
import { Link } from "react-router";
import { Dialog } from "#/components/Dialog";
import { Empty } from "#/components/Empty";
import { asProblem } from "#/components/Failed";
import { ProblemNote } from "#/components/ProblemNote";
import { Waiting } from "#/components/Waiting";
import { useText, useTranslation } from "#/language";
import type { Pack } from "#/models/pack";
import type { Group } from "#/models/people";
import { useQuery } from "#/transport/hooks";
import * as people from "#/transport/people";
import * as portal from "#/transport/portal";
import css from "./pack.module.css";
import { useStart } from "./start";

export type Shared = "class" | "drill";

interface Wanted {
  group: string;
  title?: string;
  duration_min?: number | null;
}

interface SharedStartProps {
  kind: Shared;
  pack: Pack;
  onClose: () => void;
}

export function SharedStart({ kind, pack, onClose }: SharedStartProps): ReactElement {
  const { t } = useTranslation();
  const text = useText();
  const [form] = Form.useForm<Wanted>();
  const chosen = Form.useWatch("group", form);
  const groups = useQuery({ queryKey: ["groups"], queryFn: people.groups });
  const start = useStart(({ id }) => `/exercises/${id}`);
  const group = groups.data?.find(({ id }) => id === chosen);
  const sandboxes = kind === "drill" ? 1 : (group?.members ?? 0);
  const begin = ({ group: id, title, duration_min }: Wanted): void =>
    start.mutate({
      kind,
      pack: pack.name,
      group: id,
      title: title?.trim() || null,
      duration_min: duration_min ?? null,
    });
  const many = kind === "class" && sandboxes > 0;
  return (
    <Dialog
      title={t(`library.${kind}`)}
      okText={many ? t("library.classOf", { count: sandboxes }) : t(`library.${kind}`)}
      cancelText={t("library.cancel")}
      okButtonProps={{ disabled: groups.data?.length === 0 }}
      confirmLoading={start.isPending}
      onOk={() => form.submit()}
      onCancel={onClose}
    >
      <div className={css.dialog}>
        <p>{t(`library.${kind}Text`)}</p>
        {groups.data?.length === 0 ? (
          <Empty title={t("library.noGroup")}>
            <Link to="/people/groups">{t("library.makeGroup")}</Link>
          </Empty>
        ) : (
          <Form form={form} layout="vertical" onFinish={begin}>
            {groups.data ? <Fields groups={groups.data} title={text(pack.title)} /> : <Waiting />}
          </Form>
        )}
        <CapacityLine pack={pack.name} wanted={sandboxes} />
        {start.error ? <ProblemNote problem={asProblem(start.error)} /> : null}
      </div>
    </Dialog>
  );
}

interface FieldsProps {
  groups: readonly Group[];
  /** What it is called, unless it is given another name: in the language of whoever starts it. */
  title: string;
}

function Fields({ groups, title }: FieldsProps): ReactElement {
  const { t } = useTranslation();
  const options = groups.map(({ id, title, members }) => ({
    value: id,
    label: `${title} (${members})`,
  }));
  const only = groups.length === 1 ? groups[0]?.id : undefined;
  return (
    <>
      <Form.Item name="group" label={t("library.groupTitle")} rules={[{ required: true }]} initialValue={only}>
        <Select options={options} placeholder={t("library.groupHint")} />
      </Form.Item>
      <Form.Item name="title" label={t("library.titleLabel")} initialValue={title}>
        <Input maxLength={200} autoComplete="off" />
      </Form.Item>
      <Form.Item name="duration_min" label={t("library.duration")}>
        <InputNumber min={1} max={10_080} className={css.number ?? ""} />
      </Form.Item>
    </>
  );
}

/** How much of what is wanted fits now; before anything is chosen, how much fits at all. */
function CapacityLine(props: { pack: string; wanted: number }): ReactElement | null {
  const { pack, wanted } = props;
  const { t } = useTranslation();
  const { data } = useQuery({
    queryKey: ["capacity", pack],
    queryFn: () => portal.capacity(pack),
    refetchInterval: 5000,
  });
  if (!data) return null;
  const reason = t(`machine.reason.${data.reason}` as "machine.reason.memory");
  const waiting = Math.max(0, wanted - data.fits);
  return (
    <p className={css.capacity} data-full={waiting > 0} role="status">
      {wanted > 0
        ? t("library.roomFor", { fits: wanted - waiting, wanted })
        : t("library.room", { count: data.fits, reason })}{" "}
      {waiting > 0 ? t("library.waiting", { count: waiting }) : null}
    </p>
  );
}
