/** Everything that a run left, lane by lane on one clock; two runs share each lane's clock. */
import { Select } from "antd";
import { useMemo, useState, type ReactElement } from "react";
import { ClockStack } from "#/components/clock/ClockStack";
import type { ClockState } from "#/components/clock/hands";
import { useTranslation } from "#/language";
import { drawable, lively } from "#/models/points";
import type { RunRecord } from "#/models/record";
import { CommandLane, JournalLanes, ServiceLanes, TaskLane, TerminalLane } from "./EventLanes";
import { PointLanes, ScoreLane } from "./CurveLanes";
import css from "./review.module.css";

interface ClockLanesProps {
  records: readonly RunRecord[];
  state: ClockState;
  stops: readonly number[];
}

export function ClockLanes({ records, state, stops }: ClockLanesProps): ReactElement {
  const { t } = useTranslation();
  const { window, now } = state;
  const [chosen, setChosen] = useState<string[] | null>(null);
  const first = useMemo(() => (records[0] ? lively(records[0].points, records[0].samples) : []), [records]);
  const drawn = chosen ?? first;
  const whose = (at: number): 0 | 1 | undefined =>
    records.length > 1 ? (at === 0 ? 0 : 1) : undefined;
  const each = (lane: (record: RunRecord, whose: 0 | 1 | undefined) => ReactElement): ReactElement[] =>
    records.map((record, at) => lane(record, whose(at)));
  return (
    <>
      <Select
        mode="multiple"
        className={css.choice ?? ""}
        value={drawn}
        onChange={setChosen}
        maxCount={8}
        placeholder={t("values.choose")}
        aria-label={t("values.choose")}
        options={drawable(records[0]?.points ?? []).map(({ name }) => ({ value: name, label: name }))}
      />
      <ClockStack {...state} stops={stops}>
        <ScoreLane records={records} window={window} now={now} />
        {each((record, of) => (
          <TaskLane key={record.run.id} record={record} whose={of} window={window} />
        ))}
        {each((record, of) => (
          <CommandLane key={record.run.id} record={record} whose={of} window={window} />
        ))}
        {each((record, of) => (
          <TerminalLane key={record.run.id} record={record} whose={of} window={window} />
        ))}
        {each((record, of) => (
          <JournalLanes key={record.run.id} record={record} whose={of} window={window} />
        ))}
        {each((record, of) => (
          <ServiceLanes key={record.run.id} record={record} whose={of} window={window} />
        ))}
        <PointLanes records={records} drawn={drawn} window={window} now={now} />
      </ClockStack>
    </>
  );
}
