/** Addresses of a host that are known; of the others only that they are to be found. */
import type { ReactElement } from "react";
import { useTranslation } from "#/language";
import type { TopologyHost } from "#/models/topology";

export function Addresses({ host: { ports } }: { host: TopologyHost }): ReactElement {
  const { t } = useTranslation();
  const known = ports.flatMap(({ address }) => address ?? []);
  const hidden = known.length < ports.length;
  return (
    <>
      <span className="number">{known.join(" · ")}</span>
      {known.length > 0 && hidden ? " · " : null}
      {hidden ? t("host.unknownAddress") : null}
    </>
  );
}
