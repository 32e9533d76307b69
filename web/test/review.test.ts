import { describe, expect, it } from "vitest";
import { castFrom, framesBy, output, typed } from "#/models/cast";
import { moved, played, showing, ticks, timeAt, wallAt, zoomed } from "#/models/clock";
import type { Entry, Tone } from "#/models/journal";
import { thinned, type Mark } from "#/models/marks";
import {
  latest,
  learning,
  recordFrom,
  sampleAt,
  scoreAt,
  scoreSteps,
  taskStories,
} from "#/models/record";
import { recorded } from "#/models/recorded";
import { hostsAt, serviceLanes } from "#/models/services";

const { first, second } = recorded;

describe("the window of a clock", () => {
  it("zooms about a moment and stays inside", () => {
    expect(zoomed([0, 100], [0, 100], 50, 0.5)).toEqual([25, 75]);
    expect(zoomed([0, 50], [0, 100], 0, 0.5)).toEqual([0, 25]);
    expect(zoomed([25, 75], [0, 100], 30, 10)).toEqual([0, 100]);
    const [low, high] = zoomed([10, 11], [0, 100], 10.5, 0.01);
    expect(high - low).toBe(2);
  });

  it("moves, and follows a moment only when it leaves", () => {
    expect(moved([10, 20], [0, 100], -30)).toEqual([0, 10]);
    expect(moved([10, 20], [0, 100], 200)).toEqual([90, 100]);
    expect(showing([10, 20], [0, 100], 15)).toEqual([10, 20]);
    expect(showing([10, 20], [0, 100], 50)).toEqual([45, 55]);
  });

  it("is divided at round moments", () => {
    expect(ticks([0, 100], 8)).toEqual([0, 15, 30, 45, 60, 75, 90]);
    expect(ticks([61, 64], 8)).toEqual([61, 62, 63, 64]);
  });

  it("plays at a speed and stops at the end", () => {
    expect(played(10, 500, 60, 100)).toBe(40);
    expect(played(99, 5000, 60, 100)).toBe(100);
  });
});

describe("marks", () => {
  const mark = (time_s: number, tone: Tone): Mark => ({ key: String(time_s), time_s, tone, title: "" });

  it("are thinned out where they would cover each other, tone by tone", () => {
    const many = Array.from({ length: 10_000 }, (_, at) => mark(at / 10, "quiet"));
    const bad = mark(500.05, "bad");
    const seen = thinned([...many, bad].toSorted((a, b) => a.time_s - b.time_s), [0, 1000]);
    expect(seen.length).toBeLessThan(1000);
    expect(seen).toContain(bad);
    expect(thinned(many, [10, 11])).toHaveLength(11);
  });
});

describe("two clocks", () => {
  // 10 s run, a pause of 60 s on the wall, then on.
  const anchors = [
    { time_s: 0, wall_s: 1000 },
    { time_s: 10, wall_s: 1010 },
    { time_s: 10, wall_s: 1070 },
    { time_s: 20, wall_s: 1080 },
  ];

  it("agree at what is known on both, and between", () => {
    expect(timeAt(anchors, 1005)).toBe(5);
    expect(timeAt(anchors, 1075)).toBe(15);
    expect(wallAt(anchors, 15)).toBe(1075);
  });

  it("one stands while the run is paused", () => {
    expect(timeAt(anchors, 1030)).toBe(10);
    expect(wallAt(anchors, 10)).toBe(1070);
  });

  it("go on evenly outside of what is known", () => {
    expect(timeAt(anchors, 1090)).toBe(30);
    expect(timeAt(anchors, 995)).toBe(-5);
    expect(wallAt([], 5)).toBe(5);
  });
});

describe("a record", () => {
  it("tells how the score rose, up to what the run ended with", () => {
    const steps = scoreSteps(first);
    expect(steps.map(({ time_s }) => time_s)).toEqual(steps.map(({ time_s }) => time_s).toSorted((a, b) => a - b));
    expect(steps.at(-1)?.points).toBe(first.run.score.points);
    expect(scoreAt(steps, 0)).toBe(0);
    expect(scoreAt(steps, first.end_s)).toBe(first.run.score.points);
  });

  it("tells of each task when it was solved and what that took", () => {
    const stories = taskStories(second);
    expect(stories.get("way-in")).toMatchObject({ wrong: 1, hints: 1, earned: 45 });
    expect(stories.get("hold-the-hall")).toMatchObject({ solved_s: null, earned: 0 });
    expect(learning(first.entries).length).toBeGreaterThanOrEqual(5);
  });

  it("knows the commands that were typed, when, and what they did to the world", () => {
    const own = first.commands.filter(({ by }) => by === "trainee@desk");
    expect(own.map(({ text }) => text)).toContain("modbus write genset coil 2 on");
    const wrote = own.find(({ text }) => text.endsWith("coil 2 on"))?.time_s ?? 0;
    const applied = first.commands.find(({ text }) => text.startsWith("genset.test"))?.time_s ?? 0;
    expect(Math.abs(applied - wrote)).toBeLessThan(2);
  });

  it("replays the points", () => {
    const outage = first.entries.find(({ subject }) => subject === "mains-fail")?.sandbox_time_s ?? 0;
    expect(sampleAt(first.samples, outage - 1)?.values["grid.available"]).toBe(true);
    expect(sampleAt(first.samples, outage + 2)?.values["grid.available"]).toBe(false);
  });

  it("lists what happened up to a moment, latest first", () => {
    const listed = latest(first.entries, 20, 3);
    expect(listed).toHaveLength(3);
    expect(listed.every(({ sandbox_time_s }) => sandbox_time_s <= 20)).toBe(true);
  });

  it("counts on over a reset of the whole world", () => {
    const made = (epoch: number, sequence: number, sandbox_time_s: number): Entry => ({
      epoch, sequence, sandbox_time_s, wall_time: "2026-11-23T20:00:00Z",
      actor: "system", kind: "point.changed", subject: "x", data: {},
    });
    const { entries, end_s } = recordFrom({
      run: first.run, points: [], topology: first.topology, casts: [],
      entries: [made(0, 1, 5), made(1, 3, 2)], sampled: [made(0, 2, 40)],
    });
    expect(entries.map(({ sandbox_time_s }) => sandbox_time_s)).toEqual([5, 42]);
    expect(end_s).toBe(42);
  });
});

describe("services over the clock", () => {
  const told = (kind: string, subject: string, sandbox_time_s: number): Entry => ({
    epoch: 0, sequence: sandbox_time_s, sandbox_time_s, wall_time: "", actor: "system", kind, subject, data: {},
  });
  const entries = [told("service.up", "share/web", 0), told("service.down", "share/web", 10), told("service.up", "share/web", 14)];

  it("are stretches, those in trouble first", () => {
    const [lane] = serviceLanes([told("service.up", "gate/ssh", 0), ...entries], 20);
    expect(lane).toEqual({
      name: "share/web",
      spans: [
        { from_s: 0, to_s: 10, state: "up" },
        { from_s: 10, to_s: 14, state: "down" },
        { from_s: 14, to_s: 20, state: "up" },
      ],
    });
  });

  it("make hosts degraded while they are down", () => {
    const share = (now: number) =>
      hostsAt(first.topology, entries, now).find(({ name }) => name === "share")?.state;
    expect([share(5), share(12), share(15)]).toEqual(["up", "degraded", "up"]);
  });

  it("show a reset of a host", () => {
    const lanes = serviceLanes(second.entries, second.end_s);
    expect(lanes.find(({ name }) => name === "share")?.spans[0]?.state).toBe("reset");
  });
});

describe("a recording", () => {
  const text = [
    '{"version": 2, "width": 80, "height": 24, "timestamp": 1790000000}',
    '[0.5, "o", "li@pc:~$ "]',
    '[1.0, "i", "l"]',
    '[1.2, "o", "lx\\b\\u001b[K"]',
    '[1.5, "o", "s\\r\\nREADME\\r\\nli@pc:~$ "]',
  ].join("\n");
  const cast = castFrom(text);

  it("shows what was seen by a moment, and no input", () => {
    expect(cast).toMatchObject({ columns: 80, rows: 24, started_s: 1_790_000_000 });
    expect(framesBy(cast, 0.2)).toBe(0);
    expect(output(cast, 0, framesBy(cast, 0.9))).toBe("li@pc:~$ ");
    expect(output(cast, 2, framesBy(cast, 9))).toContain("README");
  });

  it("gives the commands that were typed at a prompt", () => {
    expect(typed(cast)).toEqual([{ at_s: 1.5, text: "ls" }]);
  });

  it("of another kind is refused", () => {
    expect(() => castFrom("{}")).toThrow();
  });
});
