import { describe, expect, it } from "vitest";
import {
  byPart,
  closed,
  created,
  draft,
  edited,
  lines,
  taken,
  unsaved,
  type Desk,
  type Verification,
} from "#/models/author";
import { place, suggest, type Schema } from "#/models/completion";
import { lasting } from "#/language/moments";
import { byWeight, clearable, size, type Machine } from "#/models/machine";

/** The place at the `|` in a text. */
function at(text: string) {
  const offset = text.indexOf("|");
  return place(text.replace("|", ""), offset);
}

const SCHEMA: Schema = {
  $defs: {
    Host: {
      properties: {
        title: { anyOf: [{ type: "string" }, { $ref: "#/$defs/Words" }] },
        net_admin: { type: "boolean", description: "May root\nchange it?" },
        users: { additionalProperties: { properties: { password: { type: "string" } } } },
      },
    },
    Words: { properties: { en: {}, zh: {} } },
    Actor: {
      properties: {
        role: { enum: ["red", "blue"] },
        actions: { items: { properties: { name: {}, at: {}, run: {} } } },
      },
    },
  },
  properties: {
    hosts: { additionalProperties: { $ref: "#/$defs/Host" } },
    actors: { additionalProperties: { $ref: "#/$defs/Actor" } },
    name: {},
  },
};

function labels(text: string): string[] | null {
  const found = at(text);
  return found && suggest(SCHEMA, found).map(({ label }) => label);
}

describe("the place in a scenario", () => {
  it("is a path of keys by indentation", () => {
    expect(at("hosts:\n  desk:\n    ti|")).toMatchObject({
      path: ["hosts", "desk"],
      kind: "key",
      typed: "ti",
    });
    expect(at("hosts:\n  desk:\n    title: x\n  |")?.path).toEqual(["hosts"]);
    expect(at("hosts:\n  desk:\n    title: x\n|")?.path).toEqual([]);
  });

  it("goes into brackets, also over lines and references", () => {
    expect(at("actors:\n  ann: {role: b|")).toMatchObject({
      path: ["actors", "ann", "role"],
      kind: "value",
      typed: "b",
    });
    expect(at('hosts:\n  a: {users: {x: {password: "${pin}", |')?.path).toEqual(["hosts", "a", "users", "x"]);
    expect(at("hosts:\n  a: {users: {x: {password: ${pin}}},\n    |")?.path).toEqual(["hosts", "a"]);
    expect(at("actors:\n  a: {role: red}\n  b:\n    |")?.path).toEqual(["actors", "b"]);
  });

  it("counts items of lists for themselves", () => {
    const text = "actors:\n  a:\n    actions:\n      - name: one\n        at: 1 s\n      - |";
    expect(at(text)).toMatchObject({ path: ["actors", "a", "actions", "[]"], kind: "key" });
    expect(labels(text)).toEqual(["name", "at", "run"]);
    expect(labels("actors:\n  a:\n    actions:\n    - {name: one, |}")).toEqual(["at", "run"]);
  });

  it("is none in texts and comments, and apostrophes do not matter", () => {
    expect(at("hosts:\n  a:\n    title: |\n      hosts: ".replace("title: |", "title: >") + "|")).toBeNull();
    expect(at("# hosts |")).toBeNull();
    expect(at("hosts:\n  a:\n    title: the operator's\n    |")?.path).toEqual(["hosts", "a"]);
  });
});

describe("completion", () => {
  it("offers keys that are not there yet, before and after the cursor", () => {
    expect(labels("|\nhosts: {}\n")).toEqual(["actors", "name"]);
    expect(labels("hosts:\n  a:\n    title: x\n    |\n    users: {}\n")).toEqual(["net_admin"]);
  });

  it("follows references and alternatives", () => {
    expect(labels("hosts:\n  a:\n    title: {|")).toEqual(["en", "zh"]);
    const found = at("hosts:\n  a:\n    |");
    expect(found && suggest(SCHEMA, found)[1]).toEqual({
      label: "net_admin",
      detail: "May root change it?",
      kind: "key",
    });
  });

  it("offers values", () => {
    expect(labels("hosts:\n  a:\n    net_admin: |")).toEqual(["true", "false"]);
    expect(labels("actors:\n  a: {role: |}")).toEqual(["red", "blue"]);
  });
});

describe("the desk", () => {
  const file = { path: "a", text: "one", digest: "1" };
  const desk: Desk = taken(new Map(), file);

  it("knows what is not saved", () => {
    expect(unsaved(desk)).toEqual([]);
    const changed = edited(desk, "a", "two");
    expect(draft(changed)).toEqual({ a: "two" });
    expect(unsaved(taken(changed, { path: "a", text: "two", digest: "2" }))).toEqual([]);
    expect(edited(desk, "b", "x")).toBe(desk);
  });

  it("keeps what was typed while a file was saved", () => {
    const later = edited(edited(desk, "a", "two"), "a", "three");
    const saved = taken(later, { path: "a", text: "two", digest: "2" });
    expect(saved.get("a")).toEqual({ text: "three", saved: "two", base: "2" });
  });

  it("takes a new file as not saved until it is", () => {
    const more = created(desk, "b");
    expect(unsaved(more)).toEqual(["b"]);
    expect(created(more, "a")).toBe(more);
    expect(unsaved(closed(more, "b"))).toEqual([]);
  });
});

it("puts results of a verification in the report's order", () => {
  const check = { title: { en: "t" }, ok: true, reason: "", evidence: "", duration_s: 1 };
  const shown = {
    expected: ["load", "task"],
    checks: [{ ...check, name: "task" }, { ...check, name: "more" }],
  } as unknown as Verification;
  expect(lines(shown).map(({ name, check: done }) => [name, done !== null])).toEqual([
    ["load", false],
    ["task", true],
    ["more", true],
  ]);
});

it("groups changes by part", () => {
  const change = { part: "hosts", name: "a", kind: "added", before: "", after: "" };
  expect([...byPart([change, { ...change, part: "tasks" }]).keys()]).toEqual(["hosts", "tasks"]);
});

describe("the machine", () => {
  it("tells what is missing first", () => {
    const finding = { title: {}, cost: {}, remedy: {}, detail: "" };
    const all = [
      { ...finding, capability: "ok", need: "required", present: true },
      { ...finding, capability: "spare", need: "optional", present: false },
      { ...finding, capability: "small", need: "degraded", present: false },
      { ...finding, capability: "great", need: "required", present: false },
    ];
    expect(byWeight(all).map(({ capability }) => capability)).toEqual(["great", "small", "spare", "ok"]);
  });

  it("clears what is left over", () => {
    const sandboxes = [{ name: "a", leftover: true }, { name: "b", leftover: false }];
    expect(clearable({ sandboxes, abandoned: ["c"] } as unknown as Machine)).toEqual(["a", "c"]);
  });

  it("tells sizes and times", () => {
    expect([size(850), size(1536)]).toEqual(["850 MiB", "1.5 GiB"]);
    const told = (locale: string) => [45, 720, 11_100, 187_200].map((each) => lasting(each, locale));
    expect(told("en-GB")).toEqual(["45 secs", "12 mins", "3 hrs 5 mins", "2 days 4 hrs"]);
    expect(told("zh-CN")).toEqual(["45秒", "12分钟", "3小时 5分钟", "2天 4小时"]);
  });
});
