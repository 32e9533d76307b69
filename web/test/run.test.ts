import { describe, expect, it } from "vitest";
import { recorded } from "#/models/recorded";
import { levels, nextHint, nextTask, open, stuck, worth, type Task } from "#/models/run";
import { runProjection } from "#/models/runLive";
import type { LiveEvent } from "#/models/live";

const { run } = recorded.second;
const task = (name: string): Task => {
  const found = run.task_list.find((each) => each.name === name);
  if (!found) throw new Error(`no task ${name}`);
  return found;
};

describe("tasks", () => {
  it("stand by level, in the pack's order", () => {
    expect(levels(run.task_list).map(({ level, tasks }) => [level, tasks.length])).toEqual([
      [1, 3],
      [2, 3],
      [3, 2],
    ]);
  });

  it("are worth less after hints and wrong answers, never less than nothing", () => {
    expect(worth(task("registration"))).toBe(40);
    expect(worth({ ...task("how-long"), attempts: 3 })).toBe(70);
    expect(worth({ ...task("how-long"), attempts: 99 })).toBe(0);
    expect(worth(task("way-in"))).toBe(45);
  });

  it("are open unless solved, used up or waiting for others", () => {
    expect(open(task("registration"))).toBe(true);
    expect(open(task("way-in"))).toBe(false);
    expect(open(task("fast-enough"))).toBe(false);
    expect(open({ ...task("registration"), attempts_left: 0 })).toBe(false);
  });

  it("suggest the first open one", () => {
    expect(nextTask(run.task_list)?.name).toBe("registration");
    expect(nextTask([])).toBeUndefined();
  });

  it("sell their hints in order", () => {
    expect(nextHint(task("way-in"))).toEqual({ number: 2, price: 15 });
    expect(nextHint(task("registration"))).toBeNull();
  });
});

describe("stuck", () => {
  it("is who runs and has not got on for ten minutes", () => {
    expect(stuck({ ...run, stuck_s: 600 })).toBe(true);
    expect(stuck({ ...run, stuck_s: 599 })).toBe(false);
    expect(stuck({ ...run, state: "paused", stuck_s: 6000 })).toBe(false);
  });
});

describe("the live view of a run", () => {
  const opened = runProjection.open(run);
  const event = (given: Partial<LiveEvent>): LiveEvent => ({
    kind: "changed",
    wall_time: "2026-11-23T20:03:00Z",
    sandbox_time_s: 181,
    sequence: null,
    run: run.id,
    actor: "system",
    subject: "sandbox",
    data: {},
    changes: {},
    ...given,
  });

  it("collects points over time", () => {
    const changes = { sandbox_time_s: 181, points_now: { "genset.speed_rpm": 1499 } };
    const next = runProjection.apply(opened, event({ changes }));
    expect(next.samples.map(({ time_s }) => time_s)).toEqual([run.sandbox_time_s, 181]);
    expect(next.run.points_now).toEqual({ "genset.speed_rpm": 1499 });
  });

  it("starts the curves anew when the world was reset", () => {
    const changes = { sandbox_time_s: 0, epoch: 1, points_now: {} };
    expect(runProjection.apply(opened, event({ changes })).samples).toHaveLength(1);
  });

  it("puts journal events on the timeline once", () => {
    const alarm = event({ kind: "alarm.raised", subject: "genset.overspeed", sequence: 900 });
    const once = runProjection.apply(opened, alarm);
    const twice = runProjection.apply(once, alarm);
    expect(once.run.timeline).toHaveLength(run.timeline.length + 1);
    expect(twice.run.timeline).toHaveLength(run.timeline.length + 1);
  });

  it("trusts a whole timeline more than a single event", () => {
    const next = runProjection.apply(opened, event({ sequence: 901, changes: { timeline: [] } }));
    expect(next.run.timeline).toEqual([]);
  });
});
