/** After action: a run looked back at, alone or beside another, on one zoomable clock. */
import type { ReactElement } from "react";
import { useParams, useSearchParams } from "react-router";
import { FailedPage } from "#/components/Failed";
import { Waiting } from "#/components/Waiting";
import { useRecord } from "./load";
import { Review } from "./Review";

export function Component(): ReactElement {
  const { run = "" } = useParams();
  const [search, setSearch] = useSearchParams();
  const beside = search.get("beside");
  const own = useRecord(run);
  const other = useRecord(beside);
  const failed = own.error ?? other.error;
  if (failed) {
    return <FailedPage error={failed} onRetry={() => void (own.error ? own : other).refetch()} />;
  }
  if (!own.data || (beside !== null && !other.data)) return <Waiting />;
  return (
    <Review
      key={`${run} ${beside}`}
      records={other.data ? [own.data, other.data] : [own.data]}
      onBeside={(id) => setSearch(id === null ? {} : { beside: id }, { replace: true })}
    />
  );
}
