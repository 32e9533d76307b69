/**
 * A portal made of a recorded class, for work on the interface without a range: it answers by
 * address what the real one answered, plays the live streams at their own pace, and forgets what
 * is done to it.
 */
import { readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer, type WebSocket } from "ws";
import type { Plugin } from "vite";

interface Message {
  revision: number;
  snapshot?: object | null;
  event?: { wall_time: string } | null;
}

interface Recorded {
  streams: Record<string, Message[]>;
  answers: Record<string, unknown>;
}

function load(): Recorded {
  const file = new URL("../src/models/recorded/class.json", import.meta.url);
  return JSON.parse(readFileSync(file, "utf8")) as Recorded;
}

/** The recorded class played this pack. */
const PICTURE = new URL("../../packs/blackout/picture.png", import.meta.url);

const ACCOUNT = {
  id: "a1b2c3d4",
  name: "tom",
  display_name: "Tom Hale",
  roles: ["trainee", "instructor", "operator", "author"],
  disabled: false,
  created_at: "2026-11-01T08:00:00Z",
};
const SESSION = { account: ACCOUNT, sign_in: { local: true }, screens: "origin" };

const list = (items: unknown[]): object => ({ items, next: null });

/** What was answered at an address, or is made of it; `undefined` where nothing was recorded. */
function answer({ answers }: Recorded, url: URL): unknown {
  const kind = url.searchParams.get("kind");
  const known = answers[url.pathname + (kind === null ? "" : `?kind=${kind}`)];
  if (known !== undefined) return known;
  const under = (start: RegExp): unknown[] =>
    Object.keys(answers)
      .filter((address) => start.test(address))
      .map((address) => answers[address]);
  const made: Record<string, () => unknown> = {
    "/api/session": () => SESSION,
    "/api/packs": () => list(under(/^\/api\/packs\/[^/]+$/)),
    "/api/exercises": () => list(under(/^\/api\/exercises\/[a-z0-9]{16}$/)),
    "/api/runs": () => list(under(/^\/api\/runs\/[^/]+$/)),
  };
  return made[url.pathname]?.();
}

/** A write changes nothing: it answers with what it was done to. */
function written(data: Recorded, url: URL): unknown {
  const [, , kind = "", id = ""] = url.pathname.split("/");
  return answer(data, new URL(`/api/${kind}/${id}`, url)) ?? SESSION;
}

function serve(data: Recorded, request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? "/", "http://localhost");
  if (url.pathname.endsWith("/picture")) {
    response.setHeader("Content-Type", "image/png");
    response.end(readFileSync(PICTURE));
    return;
  }
  const value = request.method === "GET" ? answer(data, url) : written(data, url);
  const missing = { type: "not-found", title: "Not recorded", detail: url.pathname, remedy: "" };
  const text = typeof value === "string" ? value : JSON.stringify(value ?? missing);
  response.statusCode = request.method === "DELETE" ? 204 : value === undefined ? 404 : 200;
  response.setHeader("Content-Type", typeof value === "string" ? "text/plain" : "application/json");
  response.end(request.method === "DELETE" ? "" : text);
}

/** A stream at its own pace, once; then it stays open. */
function live({ streams }: Recorded, socket: WebSocket, topic: string): void {
  const messages = streams[topic] ?? [];
  const times = messages.map(({ event }) => (event ? Date.parse(event.wall_time) : 0));
  const first = times.find((time) => time > 0) ?? 0;
  const timers = messages.map((message, at) =>
    setTimeout(() => socket.send(JSON.stringify(message)), Math.max(0, (times[at] ?? 0) - first)),
  );
  socket.on("close", () => timers.forEach(clearTimeout));
}

/** A recorded terminal as it looked at its end; what is typed comes back. */
function terminal({ answers }: Recorded, socket: WebSocket, path: string): void {
  const cast = answers[`${path}/recording`];
  for (const line of (typeof cast === "string" ? cast : "").trim().split("\n").slice(1)) {
    const [, kind, text] = JSON.parse(line) as [number, string, string];
    if (kind === "o") socket.send(Buffer.from(text));
  }
  socket.on("message", (typed: Buffer, binary: boolean) => {
    if (binary) socket.send(Buffer.from(typed.toString().replaceAll("\r", "\r\n$ ")));
  });
}

export function recordedPortal(): Plugin {
  return {
    name: "recorded-portal",
    configureServer(server) {
      const data = load();
      const sockets = new WebSocketServer({ noServer: true });
      server.middlewares.use((request, response, next) => {
        if (request.url?.startsWith("/api/")) serve(data, request, response);
        else next();
      });
      server.httpServer?.on("upgrade", (request: IncomingMessage, wire: Duplex, head: Buffer) => {
        const url = new URL(request.url ?? "/", "http://localhost");
        if (!url.pathname.startsWith("/api/")) return;
        sockets.handleUpgrade(request, wire, head, (socket) => {
          if (url.pathname === "/api/live") live(data, socket, url.searchParams.get("topic") ?? "");
          else terminal(data, socket, url.pathname);
        });
      });
    },
  };
}
