/**
 * The first script, and a small one: it asks at once for all that the page at this address needs,
 * so that scripts, view and answers come side by side and not one after the other.
 */
import { viewAt } from "./shell/addresses";
import { askAhead } from "./transport/ahead";

const { pathname, hash } = globalThis.location;
void viewAt(pathname)?.();
// Whoever comes with a token is not yet who they will be.
if (!hash.includes("token=")) {
  askAhead("/api/session");
  if (/^\/runs\/[^/]+$/.test(pathname)) askAhead(`/api${pathname}`);
}
