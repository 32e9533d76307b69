/** What a browser must fetch before a view can be used: at most 600 KB compressed. */
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { build } from "vite";

const BUDGET_BYTES = 600_000;

interface Chunk {
  file: string;
  imports?: string[];
  css?: string[];
}
type Manifest = Record<string, Chunk>;

let folder = "";
let manifest: Manifest = {};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "bachang-web-"));
  vi.stubEnv("NODE_ENV", "production");
  await build({ mode: "production", logLevel: "silent", build: { outDir: folder, emptyOutDir: true } });
  const file = join(folder, ".vite", "manifest.json");
  manifest = JSON.parse(readFileSync(file, "utf8")) as Manifest;
}, 120_000);

afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

/** All files that a chunk needs at once: itself, its static imports, their styles. */
function needed(name: string, found = new Set<string>()): Set<string> {
  const chunk = manifest[name];
  if (!chunk || found.has(chunk.file)) return found;
  found.add(chunk.file);
  for (const style of chunk.css ?? []) found.add(style);
  for (const other of chunk.imports ?? []) needed(other, found);
  return found;
}

/** What the start page itself names, in its order. */
function named(): string[] {
  const page = readFileSync(join(folder, "index.html"), "utf8");
  return [...page.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map((found) => found[1] ?? "");
}

function weight(files: Iterable<string>): number {
  const sizes = [...files].map((file) => {
    const bytes = readFileSync(join(folder, file));
    return file.endsWith(".woff2") ? bytes.length : gzipSync(bytes).length;
  });
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** The fonts that any page in English or Chinese fetches: Latin, upright. */
function fonts(): string[] {
  return readdirSync(join(folder, "assets"))
    .filter((name) => /latin-(wght-normal|400-normal|600-normal).*\.woff2$/.test(name))
    .filter((name) => !name.includes("-ext-"))
    .map((name) => join("assets", name));
}

it("stays light with every view", () => {
  const views = Object.keys(manifest).filter((name) => /^src\/views\/\w+\/index\.tsx$/.test(name));
  expect(views.length).toBeGreaterThanOrEqual(8);
  const weights = Object.fromEntries(
    views.map((view) => {
      const files = new Set([...named(), ...needed(view), ...fonts()]);
      return [view, weight(files)];
    }),
  );
  console.info(weights);
  for (const bytes of Object.values(weights)) expect(bytes).toBeLessThanOrEqual(BUDGET_BYTES);
});

it("begins with a small script that waits for no large one", () => {
  const scripts = named().filter((file) => file.endsWith(".js"));
  const at = scripts.findIndex((file) => file.includes("first-"));
  expect(scripts.findIndex((file) => file.includes("base-"))).toBeGreaterThan(at);
  expect(weight(scripts.slice(0, at + 1))).toBeLessThan(6000);
  const first = readFileSync(join(folder, scripts[at] ?? ""), "utf8");
  expect(first).not.toMatch(/import[^(]*"[^"]*base-/);
});

it("asks for few files before a run's page can be used", () => {
  const files = new Set([...named(), ...needed("src/views/run/index.tsx")]);
  expect(files.size).toBeLessThanOrEqual(8);
});

it("does not ship the gallery or recorded data", () => {
  const names = Object.keys(manifest);
  expect(names.filter((name) => /gallery|recorded/.test(name))).toEqual([]);
});

it("has no inline script, so that a strict policy can hold", () => {
  const page = readFileSync(join(folder, "index.html"), "utf8");
  expect(page).not.toMatch(/<script(?![^>]*\ssrc=)/);
  expect(page).not.toMatch(/\son\w+=/);
});
