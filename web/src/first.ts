/**
 * The first script, and a small one: it asks at once for all that the page at this address needs,
 * so that scripts, view and answers come side by side and not one after the other.
 */
import { comesWithToken, runAt, viewAt } from "./shell/addresses";
import { askAhead } from "./transport/ahead";

const { location } = globalThis;
void viewAt(location.pathname)?.();
if (!comesWithToken(location)) {
  askAhead("/api/session");
  const run = runAt(location.pathname);
  if (run !== undefined) askAhead(`/api/runs/${run}`);
}
