/** The groups, and the people in the chosen one. */
import { PlusOutlined } from "@ant-design/icons";
import { Button, Form, Input, Skeleton } from "antd";
import { useState, type ReactElement } from "react";
import { useSearchParams } from "react-router";
import { Dialog } from "#/components/Dialog";
import { Empty } from "#/components/Empty";
import { asProblem, Failed } from "#/components/Failed";
import { ProblemNote } from "#/components/ProblemNote";
import { useTranslation } from "#/language";
import type { Group } from "#/models/people";
import { useMutation, useQuery, useQueryClient } from "#/transport/hooks";
import * as people from "#/transport/people";
import { GroupPeople } from "./GroupPeople";
import css from "./people.module.css";

export function Groups(): ReactElement {
  const { t } = useTranslation();
  const groups = useQuery({ queryKey: ["groups"], queryFn: people.groups });
  const [asked, setAsked] = useState(false);
  const [search, setSearch] = useSearchParams();
  const choose = (id: string): void => setSearch({ group: id }, { replace: true });
  const all = groups.data ?? [];
  const chosen = all.find(({ id }) => id === search.get("group")) ?? all[0];
  const make = (
    <Button type="primary" icon={<PlusOutlined />} onClick={() => setAsked(true)}>
      {t("people.group.create")}
    </Button>
  );
  if (groups.error) return <Failed error={groups.error} onRetry={() => void groups.refetch()} />;
  if (groups.isPending) return <Skeleton active />;
  return (
    <section className={css.part} aria-label={t("people.groups")}>
      {chosen ? (
        <>
          <div className={css.head}>{make}</div>
          <div className={css.columns}>
            <GroupList groups={all} chosen={chosen} onChoose={choose} />
            <GroupPeople key={chosen.id} group={chosen} />
          </div>
        </>
      ) : (
        <Empty title={t("people.group.none")} text={t("people.group.noneText")}>
          {make}
        </Empty>
      )}
      {asked ? <NewGroup onMade={({ id }) => choose(id)} onClose={() => setAsked(false)} /> : null}
    </section>
  );
}

interface GroupListProps {
  groups: readonly Group[];
  chosen: Group;
  onChoose: (id: string) => void;
}

function GroupList({ groups, chosen, onChoose }: GroupListProps): ReactElement {
  const { t } = useTranslation();
  return (
    <ul className={css.groups} aria-label={t("people.group.choose")}>
      {groups.map(({ id, title, members }) => (
        <li key={id}>
          <button type="button" aria-pressed={id === chosen.id} onClick={() => onChoose(id)}>
            <b>{title}</b>
            <small>{t("people.group.people", { count: members })}</small>
          </button>
        </li>
      ))}
    </ul>
  );
}

interface NewGroupProps {
  onMade: (group: Group) => void;
  onClose: () => void;
}

function NewGroup({ onMade, onClose }: NewGroupProps): ReactElement {
  const { t } = useTranslation();
  const [form] = Form.useForm<{ title: string }>();
  const queries = useQueryClient();
  const make = useMutation({
    mutationFn: ({ title }: { title: string }) => people.createGroup(title.trim()),
    onSuccess: async (group) => {
      await queries.invalidateQueries({ queryKey: ["groups"] });
      onMade(group);
      onClose();
    },
  });
  return (
    <Dialog
      title={t("people.group.create")}
      okText={t("people.create")}
      cancelText={t("people.cancel")}
      confirmLoading={make.isPending}
      onOk={() => form.submit()}
      onCancel={onClose}
    >
      <Form form={form} layout="vertical" onFinish={(given) => make.mutate(given)}>
        <Form.Item
          name="title"
          label={t("people.group.title")}
          rules={[{ required: true, whitespace: true }]}
        >
          <Input maxLength={200} placeholder={t("people.group.titleHint")} autoComplete="off" />
        </Form.Item>
      </Form>
      {make.error ? <ProblemNote problem={asProblem(make.error)} /> : null}
    </Dialog>
  );
}
