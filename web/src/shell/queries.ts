/** What is known of the portal's answers, and what the first page is drawn with. */
import { QueryClient } from "@tanstack/react-query";
import { Problem } from "#/models/problem";
import * as portal from "#/transport/portal";
import { comesWithToken, runAt } from "./addresses";

/** A portal that restarts is worth waiting for; an answer that refuses is not. */
function again(failures: number, error: Error): boolean {
  return error instanceof Problem && error.kind === "unreachable" && failures < 3;
}

export const queries = new QueryClient({
  defaultOptions: { queries: { retry: again, staleTime: 5000 } },
});

export const SESSION = {
  queryKey: ["session"],
  queryFn: portal.session,
  staleTime: 60_000,
} as const;

export const runQuery = (run: string) => ({
  queryKey: ["run", run],
  queryFn: () => portal.run(run),
});

/** Reads the answers that src/first.ts has asked for; what fails is told by the page itself. */
export async function known(location: Location): Promise<void> {
  if (comesWithToken(location)) return;
  const run = runAt(location.pathname);
  await Promise.allSettled([
    queries.query(SESSION),
    run === undefined ? undefined : queries.query(runQuery(run)),
  ]);
}
