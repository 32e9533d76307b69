import * as v from "valibot";
import { describe, expect, it, vi } from "vitest";
import {
  backoff,
  interrupted,
  receive,
  replacing,
  starting,
  type Live,
  type LiveEvent,
} from "#/models/live";
import { Topic, type Surroundings } from "#/transport/live";

const model = v.object({ count: v.number(), name: v.string() });
const projection = replacing(model);
type Counted = v.InferOutput<typeof model>;

const snapshot = (revision: number, count: number): unknown => ({
  revision,
  snapshot: { count, name: "a" },
  event: null,
});
const event = (revision: number, changes: object): unknown => ({
  revision,
  snapshot: null,
  event: {
    kind: "changed",
    wall_time: "2026-11-23T20:00:00Z",
    sandbox_time_s: null,
    sequence: null,
    run: null,
    actor: "system",
    subject: "",
    data: {},
    changes,
  },
});

const messageEvent = (changes: object): LiveEvent =>
  (event(0, changes) as { event: LiveEvent }).event;

describe("receive", () => {
  const opened = receive(starting<Counted>(), projection, snapshot(4, 1));

  it("begins with a snapshot", () => {
    expect(opened).toEqual({ connection: "live", revision: 4, value: { count: 1, name: "a" } });
  });

  it("replaces only the keys that changed", () => {
    const next = receive(opened, projection, event(5, { count: 2 }));
    expect(next.value).toEqual({ count: 2, name: "a" });
    expect(next.revision).toBe(5);
  });

  it("leaves what did not change the very same, so that it is not drawn again", () => {
    const model = v.object({ tasks: v.array(v.string()), count: v.number() });
    const view = replacing(model);
    const before = view.open({ tasks: ["a"], count: 1 });
    const after = view.apply(before, messageEvent({ count: 2, unknown: true }));
    expect(after).toEqual({ tasks: ["a"], count: 2 });
    expect(after.tasks).toBe(before.tasks);
  });

  it("ignores what it has seen", () => {
    const next = receive(opened, projection, event(4, { count: 9 }));
    expect(next.value).toBe(opened.value);
  });

  it("ignores events before any snapshot", () => {
    expect(receive(starting<Counted>(), projection, event(1, { count: 2 })).value).toBeNull();
  });

  it("takes a new snapshot whatever its number", () => {
    expect(receive(opened, projection, snapshot(1, 7)).value?.count).toBe(7);
  });

  it("says where a message cannot be read", () => {
    expect(() => receive(opened, projection, event(5, { count: "x" }))).toThrow(/count/);
  });

  it("keeps what it knows while interrupted", () => {
    expect(interrupted(opened)).toEqual({ ...opened, connection: "reconnecting" });
    expect(interrupted(starting()).connection).toBe("connecting");
  });
});

describe("backoff", () => {
  it("doubles up to five seconds and draws half of it", () => {
    expect([0, 1, 2, 9].map((attempt) => backoff(attempt, 1))).toEqual([250, 500, 1000, 5000]);
    expect(backoff(2, 0)).toBe(500);
  });
});

/** A WebSocket that the test holds. */
class Held {
  onmessage: ((message: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  closed = false;
  constructor(readonly address: string) {}
  close(): void {
    this.closed = true;
  }
  say(message: unknown): void {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
}

function held(): { sockets: Held[]; waiting: (() => void)[]; around: Surroundings } {
  const sockets: Held[] = [];
  const waiting: (() => void)[] = [];
  const around: Surroundings = {
    connect: (address) => {
      const socket = new Held(address);
      sockets.push(socket);
      return socket as unknown as WebSocket;
    },
    after: (_milliseconds, action) => {
      waiting.push(action);
      return () => waiting.splice(waiting.indexOf(action), 1);
    },
    draw: () => 0.5,
  };
  return { sockets, waiting, around };
}

describe("Topic", () => {
  Object.assign(globalThis, { location: { protocol: "http:", host: "127.0.0.1:8080" } });

  function followed() {
    const { sockets, waiting, around } = held();
    const topic = new Topic("run:1", projection, around);
    const seen: Live<Counted>[] = [];
    const stop = topic.subscribe(() => seen.push(topic.current()));
    const socket = (at: number): Held => {
      const found = sockets[at];
      if (!found) throw new Error(`no socket ${at}`);
      return found;
    };
    return { topic, sockets, waiting, seen, stop, socket };
  }

  it("resumes at the revision that it saw last, without loss or repeat", () => {
    const { topic, socket, waiting } = followed();
    socket(0).say(snapshot(1, 1));
    socket(0).say(event(2, { count: 2 }));
    socket(0).onclose?.({ code: 1006 });
    expect(topic.current()).toMatchObject({ connection: "reconnecting", value: { count: 2 } });
    waiting.shift()?.();
    expect(socket(1).address).toBe("ws://127.0.0.1:8080/api/live?topic=run%3A1&revision=2");
    socket(1).say(event(2, { count: 2 }));
    socket(1).say(event(3, { count: 3 }));
    expect(topic.current()).toEqual({
      connection: "live",
      revision: 3,
      value: { count: 3, name: "a" },
    });
  });

  it("asks for a snapshot anew after a message that it cannot read", () => {
    const { topic, socket, waiting } = followed();
    const complained = vi.spyOn(console, "error").mockImplementation(() => undefined);
    socket(0).say(snapshot(1, 1));
    socket(0).say({ revision: "two" });
    expect(complained).toHaveBeenCalledOnce();
    complained.mockRestore();
    expect(socket(0).closed).toBe(true);
    socket(0).onclose?.({ code: 1000 });
    waiting.shift()?.();
    expect(socket(1).address).not.toContain("revision");
    expect(topic.current().value?.count).toBe(1);
  });

  it("does not come back where it is refused", () => {
    const { topic, socket, waiting } = followed();
    socket(0).onclose?.({ code: 4403 });
    expect(topic.current().connection).toBe("refused");
    expect(waiting).toHaveLength(0);
  });

  it("leaves with the last listener, also while it waits", () => {
    const { socket, stop, waiting, sockets } = followed();
    socket(0).onclose?.({ code: 1006 });
    stop();
    expect(waiting).toHaveLength(0);
    expect(sockets).toHaveLength(1);
  });
});
