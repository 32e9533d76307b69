/** Starts a pack: alone, or for those who teach, as a class or a drill. */
import { PlayCircleFilled } from "@ant-design/icons";
import { Button, Form, Input, InputNumber, Modal, Select } from "antd";
import { useState, type ReactElement } from "react";
import { useNavigate } from "react-router";
import { asProblem } from "#/components/Failed";
import { ProblemNote } from "#/components/ProblemNote";
import { useTranslation } from "#/language";
import type { Exercise } from "#/models/exercise";
import type { Pack } from "#/models/pack";
import { teaches } from "#/models/session";
import { usePresent } from "#/shell/SignedIn";
import { useMutation, useQuery, useQueryClient } from "#/transport/hooks";
import * as portal from "#/transport/portal";
import css from "./pack.module.css";

type Shared = "class" | "drill";

export function Start({ pack }: { pack: Pack }): ReactElement {
  const { t } = useTranslation();
  const { account } = usePresent();
  const [asked, setAsked] = useState<Shared | null>(null);
  const training = useStart(({ runs: [run] }) => (run ? `/runs/${run.id}` : "/runs"));
  return (
    <div className={css.start}>
      <Button
        type="primary"
        size="large"
        icon={<PlayCircleFilled />}
        loading={training.isPending}
        onClick={() => training.mutate({ kind: "training", pack: pack.name })}
      >
        {training.isPending ? t("library.starting") : t("library.start")}
      </Button>
      {teaches(account) ? (
        <>
          <Button size="large" onClick={() => setAsked("class")}>
            {t("library.class")}
          </Button>
          <Button size="large" onClick={() => setAsked("drill")}>
            {t("library.drill")}
          </Button>
        </>
      ) : null}
      {training.error ? <ProblemNote problem={asProblem(training.error)} /> : null}
      {asked ? <SharedStart kind={asked} pack={pack} onClose={() => setAsked(null)} /> : null}
    </div>
  );
}

function useStart(where: (exercise: Exercise) => string) {
  const navigate = useNavigate();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: portal.start,
    onSuccess: async (exercise) => {
      void queries.invalidateQueries({ queryKey: ["runs"] });
      void queries.invalidateQueries({ queryKey: ["exercises"] });
      await navigate(where(exercise));
    },
  });
}

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

function SharedStart({ kind, pack, onClose }: SharedStartProps): ReactElement {
  const { t } = useTranslation();
  const [form] = Form.useForm<Wanted>();
  const groups = useQuery({ queryKey: ["groups"], queryFn: portal.groups });
  const start = useStart(({ id }) => `/exercises/${id}`);
  const begin = ({ group, title, duration_min }: Wanted): void =>
    start.mutate({ kind, pack: pack.name, group, title: title ?? null, duration_min: duration_min ?? null });
  return (
    <Modal
      open
      title={t(`library.${kind}`)}
      okText={t(`library.${kind}`)}
      confirmLoading={start.isPending}
      onOk={() => form.submit()}
      onCancel={onClose}
    >
      <Form form={form} layout="vertical" onFinish={begin}>
        <Form.Item name="group" label={t("library.groupTitle")} rules={[{ required: true }]}>
          <Select
            loading={groups.isPending}
            options={groups.data?.map(({ id, title, members }) => ({
              value: id,
              label: `${title} (${members})`,
            }))}
          />
        </Form.Item>
        <Form.Item name="title" label={t("library.titleLabel")}>
          <Input maxLength={200} />
        </Form.Item>
        <Form.Item name="duration_min" label={t("library.duration")}>
          <InputNumber min={1} max={10_080} className={css.number ?? ""} />
        </Form.Item>
      </Form>
      <CapacityLine pack={pack.name} />
      {start.error ? <ProblemNote problem={asProblem(start.error)} /> : null}
    </Modal>
  );
}

function CapacityLine({ pack }: { pack: string }): ReactElement | null {
  const { t } = useTranslation();
  const { data } = useQuery({
    queryKey: ["capacity", pack],
    queryFn: () => portal.capacity(pack),
  });
  if (!data) return null;
  return <p className={css.capacity}>{t("library.capacity", { fits: data.fits, limit: data.limit })}</p>;
}
