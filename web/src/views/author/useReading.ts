/** What a strict reader says to what is typed: asked a moment after the last key. */
import { useEffect, useState } from "react";
import { draft, type Desk, type Reading } from "#/models/author";
import { useQuery } from "#/transport/hooks";
import * as portal from "#/transport/portal";

const PAUSE_MS = 350;

export interface Read {
  reading: Reading | undefined;
  /** The answer is not yet about what is typed now. */
  behind: boolean;
  error: Error | null;
}

export function useReading(pack: string, desk: Desk): Read {
  const typed = JSON.stringify(draft(desk));
  const settled = useSettled(typed);
  const { data, error, isFetching } = useQuery({
    queryKey: ["lint", pack, settled],
    queryFn: () => portal.lint(pack, JSON.parse(settled) as Record<string, string>),
    placeholderData: (before: Reading | undefined) => before,
    gcTime: 0,
  });
  return { reading: data, behind: isFetching || typed !== settled, error };
}

function useSettled(value: string): string {
  const [settled, settle] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => settle(value), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}
