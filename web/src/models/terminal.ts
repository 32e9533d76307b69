/** A terminal that lives in a sandbox, whoever looks at it. */
import * as v from "valibot";

export const terminalModel = v.object({
  session: v.string(),
  host: v.string(),
  user: v.string(),
  opened_by: v.string(),
  opened_at: v.string(),
  alive: v.boolean(),
});
export type TerminalSession = v.InferOutput<typeof terminalModel>;

/** What tells terminals apart: `trainee@desk`, the second one `trainee@desk 2`. */
export function titles(sessions: readonly TerminalSession[]): Map<string, string> {
  const seen = new Map<string, number>();
  return new Map(
    sessions.map(({ session, host, user }) => {
      const place = `${user}@${host}`;
      const count = (seen.get(place) ?? 0) + 1;
      seen.set(place, count);
      return [session, count === 1 ? place : `${place} ${count}`];
    }),
  );
}
