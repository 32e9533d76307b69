import { describe, expect, it } from "vitest";
import { boardProjection } from "#/models/exercise";
import { starting } from "#/models/live";
import { Problem } from "#/models/problem";
import { spread } from "#/models/points";
import { follow, recordingFrom, recordingOf, span, topicOf, type Followed } from "#/models/recording";
import { kept, recorded, text } from "#/models/recorded";
import { runProjection } from "#/models/runLive";

const wire = recordingFrom(text);
const made = recordingOf(recorded.exercise, recorded.board, kept);
const fresh = <S>(): Followed<S> => ({ live: starting(), count: 0 });

describe("a recording as it came over the wire", () => {
  const [from, to] = span(wire);
  const board = wire.streams[topicOf(wire, "board") ?? ""] ?? [];

  it("begins with its snapshot and ends as the portal said", () => {
    expect(follow(board, boardProjection, from - 1, fresh()).live.value?.rows.every(({ points }) => points === 0)).toBe(true);
    const end = follow(board, boardProjection, to, fresh()).live.value;
    expect(end?.rows).toEqual(recorded.board.rows);
  });

  it("gives the same in steps as in one go, and after going back", () => {
    const whole = follow(board, boardProjection, to, fresh());
    const middle = follow(board, boardProjection, (from + to) / 2, fresh());
    expect(follow(board, boardProjection, to, middle)).toEqual(whole);
    expect(follow(board, boardProjection, (from + to) / 2, whole)).toEqual(middle);
  });
});

describe("a recording made from journals", () => {
  const [from, to] = span(made);

  it("tells the same places as the live board did", () => {
    const live = wire.streams[topicOf(wire, "board") ?? ""] ?? [];
    const again = made.streams[topicOf(made, "board") ?? ""] ?? [];
    const rows = (stream: typeof live, wall_s: number) =>
      follow(stream, boardProjection, wall_s, fresh()).live.value?.rows.map(({ learner, points, solved }) => ({ learner, points, solved }));
    expect(rows(again, to)).toEqual(rows(live, to + 60));
    expect(rows(again, from)?.map(({ points }) => points)).toEqual([0, 0]);
  });

  it("plays a run: points move, tasks are solved, the outage is told", () => {
    const id = recorded.first.run.id;
    const stream = made.streams[`run:${id}`] ?? [];
    const middle = follow(stream, runProjection, (from + to) / 2, fresh()).live.value;
    const end = follow(stream, runProjection, to, fresh()).live.value;
    expect(middle?.run.points).toBeLessThan(recorded.first.run.points);
    expect(end?.run.points).toBe(recorded.first.run.points);
    expect(end?.samples.length).toBeGreaterThan(60);
    expect(end?.run.timeline.some(({ subject }) => subject === "mains-fail")).toBe(true);
  });

  it("survives its file", () => {
    expect(recordingFrom(JSON.stringify(made))).toEqual(made);
  });
});

it("refuses a file that is no recording", () => {
  expect(() => recordingFrom('{"streams": 1}')).toThrow(Problem);
  expect(() => recordingFrom("nonsense")).toThrow(SyntaxError);
});

it("looks at the liveliest point of each system first", () => {
  const chosen = spread(recorded.points, recorded.samples, 3);
  expect(new Set(chosen.map(({ system }) => system)).size).toBe(3);
});
