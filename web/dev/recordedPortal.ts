/**
 * A portal made of recorded data, for work on the interface without a range: it speaks the
 * same contract, keeps what is done to it in memory, and forgets it at the next start.
 */
import { readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer, type WebSocket } from "ws";
import type { Plugin } from "vite";

interface Recorded {
  session: object;
  pack: { name: string };
  run: { id: string; points_now: object; task_list: { name: string; solved: boolean }[] };
  topology: object;
  points: object;
  exercise: { id: string; capacity: object; runs: { id: string }[] };
  board: object;
  samples: { time_s: number; values: object }[];
}

function load(name: string): unknown {
  const file = new URL(`../src/models/recorded/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(file, "utf8"));
}

const ACCOUNT = {
  id: "a1b2c3d4",
  name: "lin",
  display_name: "Lin Yue",
  roles: ["trainee", "instructor", "operator"],
  disabled: false,
  created_at: "2026-11-01T08:00:00Z",
};

function recorded(): Recorded {
  const data: unknown = {
    session: { account: ACCOUNT, sign_in: { local: true }, screens: "origin" },
    pack: load("pack"),
    run: load("run"),
    topology: load("topology"),
    points: load("points"),
    exercise: load("exercise"),
    board: load("board"),
    samples: load("samples"),
  };
  return data as Recorded;
}

const list = (items: unknown[]): object => ({ items, next: null });

/** The answer to a path; `undefined` where nothing was recorded. */
function answer(data: Recorded, path: string): unknown {
  const sampled = data.samples.map(({ time_s, values }, at) => ({
    sequence: at + 1,
    epoch: 0,
    wall_time: "2026-11-23T20:00:00Z",
    sandbox_time_s: time_s,
    actor: "system",
    kind: "points.sampled",
    subject: "sandbox",
    data: values,
  }));
  const table: [RegExp, () => unknown][] = [
    [/^GET \/api\/session$/, () => data.session],
    [/^POST \/api\/session\/token$/, () => data.session],
    [/^GET \/api\/packs$/, () => list([data.pack])],
    [/^GET \/api\/packs\/[^/]+$/, () => data.pack],
    [/\/topology$/, () => data.topology],
    [/^GET \/api\/groups$/, () => list([{ id: "g12345678", title: "Class 3", members: 12 }])],
    [/^GET \/api\/exercises\/capacity$/, () => data.exercise.capacity],
    [/^GET \/api\/exercises$/, () => list([data.exercise])],
    [/^POST \/api\/exercises$/, () => ({ ...data.exercise, runs: [data.run] })],
    [/^GET \/api\/exercises\/[^/]+$/, () => data.exercise],
    [/^POST \/api\/exercises\/[^/]+\/(end|extend)$/, () => data.exercise],
    [/^POST \/api\/exercises\//, () => ({ done: data.exercise.runs.map(({ id }) => id) })],
    [/\/board$/, () => data.board],
    [/^GET \/api\/runs$/, () => list([data.run])],
    [/\/points$/, () => data.points],
    [/\/events\?.*kind=points/, () => list(sampled)],
    [/\/events/, () => list((data.run as unknown as { timeline: unknown[] }).timeline)],
    [/^GET .*\/terminals$/, () => []],
    [/^POST .*\/hints$/, () => ({})],
    [/^GET \/api\/runs\/[^/]+$|^POST \/api\/runs\/[^/]+\/\w+$/, () => data.run],
  ];
  return table.find(([pattern]) => pattern.test(path))?.[1]();
}

async function body(request: IncomingMessage): Promise<Record<string, string>> {
  let text = "";
  for await (const part of request) text += String(part);
  return text ? (JSON.parse(text) as Record<string, string>) : {};
}

function judged({ task = "", answer: given = "" }: Record<string, string>): object {
  const correct = given.toLowerCase() !== "wrong";
  const reason = { en: "This is not the answer.", zh: "答案不对。" };
  return { task, correct, outcome: correct ? "solved" : "wrong", reason, points: correct ? 50 : 0 };
}

async function serve(data: Recorded, request: IncomingMessage, response: ServerResponse) {
  const given = await body(request);
  const url = request.url ?? "";
  const path = `${request.method} ${url.includes("/events") ? url : url.split("?")[0]}`;
  const opened = { session: `t${Date.now()}`, user: "trainee", ...given, opened_by: "lin" };
  const value = path.endsWith("/answers")
    ? judged(given)
    : path.startsWith("POST") && path.endsWith("/terminals")
      ? { ...opened, opened_at: "2026-11-23T20:00:00Z", alive: true }
      : answer(data, path);
  const missing = { type: "not-found", title: "Not recorded", detail: path, remedy: "" };
  response.statusCode = request.method === "DELETE" ? 204 : value === undefined ? 404 : 200;
  response.setHeader("Content-Type", "application/json");
  response.end(request.method === "DELETE" ? "" : JSON.stringify(value ?? missing));
}

/** A second of the recording a second, over and over. */
function live(data: Recorded, socket: WebSocket, topic: string): void {
  const [kind = ""] = topic.split(":");
  const snapshot = { run: data.run, exercise: data.exercise, board: data.board }[kind];
  let revision = 1;
  socket.send(JSON.stringify({ revision, snapshot }));
  if (kind !== "run") return;
  const timer = setInterval(() => {
    const { time_s, values } = data.samples[revision % data.samples.length] ?? { time_s: 0, values: {} };
    revision += 1;
    const changes = { sandbox_time_s: 180 + revision, points_now: values };
    const event = { kind: "changed", wall_time: "", sandbox_time_s: time_s, sequence: null, run: null, actor: "system", subject: "", data: {}, changes };
    socket.send(JSON.stringify({ revision, event }));
  }, 1000);
  socket.on("close", () => clearInterval(timer));
}

const GREETING =
  "\x1b[1;33mtrainee@desk\x1b[0m:\x1b[1;34m~\x1b[0m$ modbus devices\r\ngenset  10.20.30.12:502  unit 1\r\nats     10.20.30.22:502  unit 2\r\n\x1b[1;33mtrainee@desk\x1b[0m:\x1b[1;34m~\x1b[0m$ ";

function terminal(socket: WebSocket): void {
  socket.send(Buffer.from(GREETING));
  socket.on("message", (data: Buffer, binary: boolean) => {
    if (binary) socket.send(Buffer.from(data.toString().replaceAll("\r", "\r\n$ ")));
  });
}

export function recordedPortal(): Plugin {
  return {
    name: "recorded-portal",
    configureServer(server) {
      const data = recorded();
      const sockets = new WebSocketServer({ noServer: true });
      server.middlewares.use((request, response, next) => {
        if (request.url?.startsWith("/api/")) void serve(data, request, response);
        else next();
      });
      server.httpServer?.on("upgrade", (request: IncomingMessage, wire: Duplex, head: Buffer) => {
        const url = new URL(request.url ?? "/", "http://localhost");
        if (!url.pathname.startsWith("/api/")) return;
        sockets.handleUpgrade(request, wire, head, (socket) => {
          if (url.pathname === "/api/live") live(data, socket, url.searchParams.get("topic") ?? "");
          else terminal(socket);
        });
      });
    },
  };
}
