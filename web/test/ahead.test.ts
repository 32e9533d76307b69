/** What the first script asks for ahead: views by address, answers that are used once. */
import { afterEach, expect, it, vi } from "vitest";
import { viewAt } from "#/shell/addresses";
import { answeredAhead, askAhead } from "#/transport/ahead";

afterEach(() => {
  vi.unstubAllGlobals();
});

it("knows the view at each address", () => {
  const known = ["/", "/packs/blackout", "/runs/r1", "/runs/r1/review", "/people", "/people/groups"];
  for (const path of known) expect(viewAt(path), path).toBeDefined();
  expect(viewAt("/runs/r1")).not.toBe(viewAt("/runs"));
  expect(viewAt("/exercises/e1/board")).not.toBe(viewAt("/exercises/e1"));
  for (const path of ["/nowhere", "/runs/r1/no", "/people/a/b"]) expect(viewAt(path)).toBeUndefined();
});

it("gives a good answer to who asks first", async () => {
  vi.stubGlobal("fetch", () => Promise.resolve(new Response("yes")));
  askAhead("/api/session");
  const answer = await answeredAhead("/api/session");
  expect(await answer?.text()).toBe("yes");
  expect(answeredAhead("/api/session")).toBeUndefined();
});

it("leaves a refusal and a portal that cannot be reached to be asked anew", async () => {
  vi.stubGlobal("fetch", () => Promise.resolve(new Response("", { status: 401 })));
  askAhead("/api/runs/a");
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("unreachable")));
  askAhead("/api/runs/b");
  expect(await answeredAhead("/api/runs/a")).toBeUndefined();
  expect(await answeredAhead("/api/runs/b")).toBeUndefined();
});
