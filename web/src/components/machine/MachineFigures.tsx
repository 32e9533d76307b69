/** Memory, disk, load and room for sandboxes, as large figures. */
import type { ReactElement } from "react";
import { useTranslation } from "#/language";
import { size, type Machine } from "#/models/machine";
import css from "./machine.module.css";

/** From here on the machine is crowded. */
const CROWDED = 0.9;

export function MachineFigures({ machine }: { machine: Machine }): ReactElement {
  const { t } = useTranslation();
  const { memory_mib, memory_free_mib, disk_free_mib, load, processors, sandboxes, capacity } = machine;
  const reason = t(`machine.reason.${capacity.reason}` as "machine.reason.memory");
  const figures: [string, string, boolean][] = [
    [String(sandboxes.length), t("machine.running"), false],
    [String(capacity.fits), t("machine.fits", { reason }), capacity.fits === 0],
    [
      size(memory_free_mib),
      t("machine.memory", { total: size(memory_mib) }),
      memory_free_mib < memory_mib * (1 - CROWDED),
    ],
    [load.toFixed(2), t("machine.load", { count: processors }), load > CROWDED],
    [size(disk_free_mib), t("machine.disk"), false],
  ];
  return (
    <dl className={css.figures}>
      {figures.map(([value, name, alarming]) => (
        <div key={name} data-alarming={alarming}>
          <dd className="number">{value}</dd>
          <dt>{name}</dt>
        </div>
      ))}
    </dl>
  );
}
