/** What a review is made of. */
import { recordFrom } from "#/models/record";
import { useQuery } from "#/transport/hooks";
import { kept } from "#/transport/records";

/** The record of a run; of none without an id. */
export function useRecord(id: string | null) {
  return useQuery({
    queryKey: ["record", id],
    queryFn: async () => recordFrom(await kept(id ?? "")),
    enabled: id !== null,
    staleTime: 60_000,
  });
}
