import { describe, expect, it } from "vitest";
import { castFrom, extent, played, scoreSteps, shownBy, wallAt, zoomed } from "#/models/review";
import { recorded } from "#/models/recorded";

const { run } = recorded;

describe("the clock of a review", () => {
  it("reaches over everything that is known", () => {
    expect(extent(run.timeline, 180)).toEqual([0, 180]);
    expect(extent([], 0)).toEqual([0, 1]);
  });

  it("zooms about a moment and stays inside", () => {
    expect(zoomed([0, 100], [0, 100], 50, 0.5)).toEqual([25, 75]);
    expect(zoomed([0, 50], [0, 100], 0, 0.5)).toEqual([0, 25]);
    expect(zoomed([25, 75], [0, 100], 30, 10)).toEqual([0, 100]);
    const [low, high] = zoomed([10, 11], [0, 100], 10.5, 0.01);
    expect(high - low).toBe(2);
  });

  it("plays at a speed and stops at the end", () => {
    expect(played(10, 500, 60, 100)).toBe(40);
    expect(played(99, 5000, 60, 100)).toBe(100);
  });

  it("finds the wall time of a moment from the entry before it", () => {
    const first = run.timeline.find((entry) => entry.sandbox_time_s === 60);
    if (!first) throw new Error("nothing was recorded at 60 s");
    expect(wallAt(run.timeline, 61)).toBeGreaterThanOrEqual(Date.parse(first.wall_time) / 1000);
    expect(wallAt([], 5)).toBe(5);
  });
});

describe("the score over time", () => {
  it("rises with each solved task, in the order of solving", () => {
    expect(scoreSteps(run.task_list)).toEqual([
      { time_s: 22, points: 45 },
      { time_s: 41, points: 95 },
      { time_s: 104, points: 195 },
    ]);
  });
});

describe("a recording", () => {
  const text = [
    '{"version": 2, "width": 80, "height": 24, "timestamp": 1790000000}',
    '[0.5, "o", "$ "]',
    '[1.0, "i", "l"]',
    '[1.5, "o", "ls\\r\\n"]',
  ].join("\n");

  it("shows what was seen by a moment, and no input", () => {
    const cast = castFrom(text);
    expect(cast).toMatchObject({ columns: 80, rows: 24, started_s: 1_790_000_000 });
    expect(shownBy(cast, 0.2)).toBe("");
    expect(shownBy(cast, 1.2)).toBe("$ ");
    expect(shownBy(cast, 9)).toBe("$ ls\r\n");
  });

  it("of another kind is refused", () => {
    expect(() => castFrom("{}")).toThrow();
  });
});
