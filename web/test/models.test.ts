import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { follow, remove, show, split, splittable, type Dock } from "#/models/dock";
import { summed } from "#/models/exercise";
import { clock, insert, tone, type Entry } from "#/models/journal";
import { bounded } from "#/models/links";
import { extend, joined, lively, samplesOf, shown } from "#/models/points";
import { problemFrom, Problem } from "#/models/problem";
import { recorded } from "#/models/recorded";
import { moved } from "#/models/split";
import { titles } from "#/models/terminal";
import { pick, textModel } from "#/models/text";
import { graph, oriented } from "#/models/topology";

describe("texts", () => {
  it("fall back to English, then to anything", () => {
    expect(pick({ en: "a", zh: "甲" }, "zh")).toBe("甲");
    expect(pick({ en: "a" }, "zh")).toBe("a");
    expect(pick({ de: "x" }, "zh")).toBe("x");
    expect(pick(null, "en")).toBe("");
  });
});

describe("addresses", () => {
  it("end where Chinese begins", () => {
    expect(bounded("见（http://10.20.20.10/）上")).toBe("见（<http://10.20.20.10/>）上");
    expect(bounded("**http://a.test/x**。")).toBe("**<http://a.test/x>**。");
    expect(bounded("(http://a.test/)上")).toBe("(<http://a.test/>)上");
  });
  it("are left alone elsewhere", () => {
    for (const text of ["http://a.test/ 上", "`http://a.test/`上", "[甲](http://a.test/)上", "<http://a.test/>上"]) {
      expect(bounded(text)).toBe(text);
    }
  });
});

describe("a bar between two parts", () => {
  const place = { now: 30, min: 20, max: 32 };
  it("goes by arrows along its way, and no further than it may", () => {
    expect(moved("ArrowLeft", false, place)).toBe(26);
    expect(moved("ArrowRight", false, place)).toBe(32);
    expect(moved("ArrowUp", true, place)).toBe(26);
    expect(moved("ArrowDown", true, place)).toBe(32);
  });
  it("goes to its ends, and lets other keys alone", () => {
    expect(moved("Home", true, place)).toBe(20);
    expect(moved("End", false, place)).toBe(32);
    expect(moved("ArrowUp", false, place)).toBeNull();
    expect(moved("ArrowLeft", true, place)).toBeNull();
    expect(moved("Tab", false, place)).toBeNull();
  });
});

describe("problems", () => {
  it("carry cause and remedy", () => {
    const body = { type: "t", title: "Busy", status: 409, detail: "full", remedy: "wait" };
    expect(problemFrom(409, body)).toMatchObject({ title: "Busy", detail: "full", remedy: "wait" });
  });
  it("come out of any body", () => {
    expect(problemFrom(502, "<html>")).toBeInstanceOf(Problem);
    expect(problemFrom(502, undefined).title).toBe("HTTP 502");
  });
});

describe("the dock", () => {
  const two: Dock = show(show([], "a"), "b");

  it("shows, splits and closes", () => {
    expect(two).toEqual([{ tabs: ["a", "b"], front: "b" }]);
    const apart = split(two, "b");
    expect(apart.map((pane) => pane.tabs)).toEqual([["a"], ["b"]]);
    expect(remove(apart, "b")).toEqual([{ tabs: ["a"], front: "a" }]);
    expect(remove(remove(two, "a"), "b")).toEqual([]);
  });

  it("does not split a lonely tab", () => {
    expect(splittable([{ tabs: ["a"], front: "a" }], "a")).toBe(false);
  });

  it("brings the neighbour of a closed tab to the front", () => {
    const three = show(two, "c");
    expect(remove(show(three, "b"), "b")[0]?.front).toBe("c");
    expect(remove(three, "c")[0]?.front).toBe("b");
  });

  it("follows the sessions that there are", () => {
    expect(follow(two, ["b", "c"])).toEqual([{ tabs: ["b", "c"], front: "c" }]);
    expect(follow(two, [])).toEqual([]);
  });

  it("numbers terminals at the same place", () => {
    const session = (id: string) => ({
      session: id,
      host: "desk",
      user: "li",
      opened_by: "",
      opened_at: "",
      alive: true,
    });
    expect([...titles([session("1"), session("2")]).values()]).toEqual(["li@desk", "li@desk 2"]);
  });
});

describe("the journal", () => {
  const entry = (sequence: number, kind = "x"): Entry => ({
    sequence,
    epoch: 0,
    wall_time: "",
    sandbox_time_s: sequence,
    actor: "red/intruder",
    kind,
    subject: "s",
    data: {},
  });

  it("keeps the order of events that come late", () => {
    const all = insert(insert([entry(1), entry(3)], entry(2)), entry(2));
    expect(all.map((each) => each.sequence)).toEqual([1, 2, 3]);
  });
  it("forgets the oldest", () => {
    expect(insert([entry(1), entry(2)], entry(3), 2).map((each) => each.sequence)).toEqual([2, 3]);
  });
  it("keeps nothing that is never shown", () => {
    const all = insert([entry(1)], entry(2, "points.sampled"), 1);
    expect(all.map((each) => each.sequence)).toEqual([1]);
  });
  it("colours right and wrong answers", () => {
    const answered = entry(1, "task.answered");
    expect(tone({ ...answered, data: { correct: true } })).toBe("good");
    expect(tone({ ...answered, data: { correct: false } })).toBe("warn");
  });
  it("shows sandbox time as a clock", () => {
    expect([0, 59.9, 61, 3661].map(clock)).toEqual(["00:00", "00:59", "01:01", "1:01:01"]);
  });
});

describe("points", () => {
  const at = (time_s: number, value = 0) => ({ time_s, values: { a: value } });

  it("start anew when the clock goes back", () => {
    expect(extend([at(5), at(6)], at(1))).toEqual([at(1)]);
    expect(extend([at(5)], at(5, 2))).toEqual([at(5, 2)]);
  });
  it("join a history with what came since", () => {
    expect(joined([at(1), at(2), at(3)], [at(3, 9), at(4)])).toEqual([at(1), at(2), at(3, 9), at(4)]);
    expect(joined([at(1)], [])).toEqual([at(1)]);
  });
  it("are read from the journal", () => {
    const sampled = { ...recorded.run.timeline[0], kind: "points.sampled", data: { a: 1 } } as Entry;
    expect(samplesOf([sampled])).toEqual([{ time_s: 0, values: { a: 1 } }]);
  });
  it("offer those that move first", () => {
    const samples = [
      { time_s: 0, values: { "genset.speed_rpm": 0, "grid.frequency_hz": 50 } },
      { time_s: 1, values: { "genset.speed_rpm": 1500, "grid.frequency_hz": 50.01 } },
    ];
    expect(lively(recorded.points, samples)[0]).toBe("genset.speed_rpm");
  });
  it("read well", () => {
    expect([1500, 49.98765, 0.123456, true, "auto", null].map(shown)).toEqual([
      "1500",
      "49.99",
      "0.123",
      "true",
      "auto",
      "–",
    ]);
  });
});

describe("the map", () => {
  const { nodes, edges } = graph(recorded.topology);

  it("has every network, host and field system once", () => {
    const { networks, hosts, systems } = recorded.topology;
    expect(nodes).toHaveLength(networks.length + hosts.length + systems.length);
    expect(new Set(nodes.map((node) => node.id)).size).toBe(nodes.length);
  });
  it("joins two wired systems once", () => {
    const power = edges.filter((edge) => edge.kind === "power");
    expect(power.map((edge) => [edge.from, edge.to].toSorted().join())).toHaveLength(
      new Set(power.map((edge) => [edge.from, edge.to].toSorted().join())).size,
    );
  });
  it("leads from the first network inwards", () => {
    const turned = oriented(nodes, edges);
    expect(turned).toContainEqual(expect.objectContaining({ from: "host:gate", to: "network:plant" }));
    expect(turned).toContainEqual(expect.objectContaining({ from: "network:hall", to: "host:gate" }));
  });
});

describe("a class", () => {
  it("is summed up", () => {
    const [one, two] = recorded.exercise.runs;
    if (!one || !two) throw new Error("too few were recorded");
    const runs = [one, { ...two, stuck_s: 700 }, { ...one, state: "queued" as const }, { ...one, solved: 8 }];
    expect(summed(runs)).toEqual({ running: 3, queued: 1, stuck: 1, finished: 1 });
  });
});

describe("marks that show nothing", () => {
  it("are left out of authors' texts", () => {
    const read = v.parse(textModel, { en: "exe\u202Egnp\u202C.\u200Bsh\uFEFF", zh: "一\u2066二" });
    expect(read).toEqual({ en: "exegnp.sh", zh: "一二" });
  });
});
