/** What every request of the client carries. */
import { afterEach, expect, it, vi } from "vitest";

afterEach(() => {
  vi.unstubAllGlobals();
});

it("asks for problems in the language of the page, whatever it is by then", async () => {
  const page = { documentElement: { lang: "zh-CN" } };
  vi.stubGlobal("document", page);
  vi.stubGlobal("location", { origin: "http://127.0.0.1:8080" });
  const asked: Request[] = [];
  vi.stubGlobal("fetch", (request: Request) => {
    asked.push(request);
    return Promise.resolve(Response.json({}));
  });
  const { client } = await import("#/transport/http");
  await client.GET("/api/session");
  page.documentElement.lang = "en";
  await client.DELETE("/api/session");
  expect(asked.map(({ headers }) => headers.get("Accept-Language"))).toEqual(["zh-CN", "en"]);
  expect(asked.map(({ headers }) => headers.get("X-Bachang"))).toEqual([null, "1"]);
});
