/** The portal's resources, one function each. */
import * as v from "valibot";
import {
  boardModel,
  capacityModel,
  doneModel,
  exerciseModel,
  exercisesModel,
  type Board,
  type Capacity,
  type Done,
  type Exercise,
} from "#/models/exercise";
import {
  fileModel,
  packFilesModel,
  readingModel,
  verificationModel,
  type FileContent,
  type PackFile,
  type Reading,
  type Verification,
} from "#/models/author";
import type { Schema } from "#/models/completion";
import { entriesModel, type Entry } from "#/models/journal";
import { machineModel, type Machine } from "#/models/machine";
import { packModel, packsModel, type Pack } from "#/models/pack";
import { pointsModel, type Point } from "#/models/points";
import { runModel, runsModel, type Run, type RunSummary } from "#/models/run";
import { sessionModel, type Session } from "#/models/session";
import { textModel } from "#/models/text";
import { terminalModel, type TerminalSession } from "#/models/terminal";
import { topologyModel, type Topology } from "#/models/topology";
import { ask, client, got } from "./http";
import type { components } from "./schema";

const { GET, POST, PUT, DELETE } = client;
type NewExercise = components["schemas"]["NewExercise"];

// ---- session ---------------------------------------------------------------------------

export const session = (): Promise<Session> => ask(sessionModel, GET("/api/session"));
export const signIn = (name: string, password: string): Promise<unknown> =>
  got(POST("/api/session", { body: { name, password } }));
export const enter = (token: string): Promise<unknown> =>
  got(POST("/api/session/token", { body: { token } }));
export const signOut = (): Promise<unknown> => got(DELETE("/api/session"));

// ---- library ---------------------------------------------------------------------------

const inPack = (pack: string) => ({ params: { path: { pack } } });

export const packs = async (): Promise<Pack[]> =>
  (await ask(packsModel, GET("/api/packs", { params: { query: { limit: 200 } } }))).items;
export const pack = (name: string): Promise<Pack> =>
  ask(packModel, GET("/api/packs/{pack}", inPack(name)));
export const packTopology = (name: string): Promise<Topology> =>
  ask(topologyModel, GET("/api/packs/{pack}/topology", inPack(name)));
export const capacity = (name: string): Promise<Capacity> =>
  ask(capacityModel, GET("/api/exercises/capacity", { params: { query: { pack: name } } }));

// ---- writing packs ---------------------------------------------------------------------

const inFile = (pack: string, path: string) => ({ params: { path: { pack }, query: { path } } });

export const schema = (): Promise<Schema> => got(GET("/api/schema"));
export const createPack = (
  name: string,
  title: string | null,
  copyOf: string | null,
): Promise<Pack> => ask(packModel, POST("/api/packs", { body: { name, title, copy_of: copyOf } }));
/** A pack from a ZIP archive; one of that name that is one's own is replaced. */
export const uploadPack = (name: string, archive: File): Promise<Pack> =>
  ask(
    packModel,
    PUT("/api/packs/{pack}", {
      ...inPack(name),
      body: archive as unknown as string,
      bodySerializer: (body) => body,
      headers: { "Content-Type": "application/zip" },
    }),
  );
export const files = (pack: string): Promise<PackFile[]> =>
  ask(packFilesModel, GET("/api/packs/{pack}/files", inPack(pack)));
export const file = (pack: string, path: string): Promise<FileContent> =>
  ask(fileModel, GET("/api/packs/{pack}/file", inFile(pack, path)));
export const saveFile = (
  pack: string,
  path: string,
  text: string,
  base: string | null,
): Promise<FileContent> =>
  ask(fileModel, PUT("/api/packs/{pack}/file", { ...inFile(pack, path), body: { text, base } }));
export const deleteFile = (pack: string, path: string): Promise<unknown> =>
  got(DELETE("/api/packs/{pack}/file", inFile(pack, path)));
export const lint = (pack: string, edits: Record<string, string>): Promise<Reading> =>
  ask(readingModel, POST("/api/packs/{pack}/lint", { ...inPack(pack), body: { files: edits } }));
export const verification = (pack: string): Promise<Verification> =>
  ask(verificationModel, GET("/api/packs/{pack}/verification", inPack(pack)));
export const verify = (pack: string): Promise<Verification> =>
  ask(verificationModel, POST("/api/packs/{pack}/verification", inPack(pack)));
export const cancelVerify = (pack: string): Promise<Verification> =>
  ask(verificationModel, DELETE("/api/packs/{pack}/verification", inPack(pack)));

// ---- the machine -----------------------------------------------------------------------

export const machine = (): Promise<Machine> => ask(machineModel, GET("/api/machine"));
export const cleanUp = (): Promise<{ removed: string[] }> => got(POST("/api/machine/cleanup"));

// ---- exercises -------------------------------------------------------------------------

const inExercise = (exercise: string) => ({ params: { path: { exercise } } });

export const exercises = async (): Promise<Exercise[]> =>
  (await ask(exercisesModel, GET("/api/exercises", { params: { query: { limit: 200 } } }))).items;
export const exercise = (id: string): Promise<Exercise> =>
  ask(exerciseModel, GET("/api/exercises/{exercise}", inExercise(id)));
export const board = (id: string): Promise<Board> =>
  ask(boardModel, GET("/api/exercises/{exercise}/board", inExercise(id)));
export const start = (wanted: NewExercise): Promise<Exercise> =>
  ask(exerciseModel, POST("/api/exercises", { body: wanted }));
export const endExercise = (id: string): Promise<Exercise> =>
  ask(exerciseModel, POST("/api/exercises/{exercise}/end", inExercise(id)));
export const extend = (id: string, minutes: number): Promise<Exercise> =>
  ask(
    exerciseModel,
    POST("/api/exercises/{exercise}/extend", { ...inExercise(id), body: { minutes } }),
  );
export const broadcast = (id: string, text: string): Promise<Done> =>
  ask(
    doneModel,
    POST("/api/exercises/{exercise}/broadcast", { ...inExercise(id), body: { text } }),
  );
export const inject = (id: string, name: string, run: string | null): Promise<Done> =>
  ask(
    doneModel,
    POST("/api/exercises/{exercise}/inject", { ...inExercise(id), body: { inject: name, run } }),
  );
export const freeze = (id: string, frozen: boolean): Promise<Done> =>
  ask(doneModel, POST("/api/exercises/{exercise}/freeze", { ...inExercise(id), body: { frozen } }));
export const advance = (id: string, seconds: number, run: string | null): Promise<Done> =>
  ask(
    doneModel,
    POST("/api/exercises/{exercise}/advance", { ...inExercise(id), body: { seconds, run } }),
  );

// ---- one run ---------------------------------------------------------------------------

const inRun = (run: string) => ({ params: { path: { run } } });

const verdictModel = v.object({
  task: v.string(),
  correct: v.boolean(),
  outcome: v.string(),
  reason: textModel,
  points: v.number(),
});
export type Verdict = v.InferOutput<typeof verdictModel>;

const screenModel = v.object({
  id: v.string(),
  url: v.string(),
  host: v.string(),
  seen_from: v.string(),
});
export type Screen = v.InferOutput<typeof screenModel>;

export const runs = async (): Promise<RunSummary[]> =>
  (await ask(runsModel, GET("/api/runs", { params: { query: { limit: 50 } } }))).items;
export const run = (id: string): Promise<Run> => ask(runModel, GET("/api/runs/{run}", inRun(id)));
export const runTopology = (id: string): Promise<Topology> =>
  ask(topologyModel, GET("/api/runs/{run}/topology", inRun(id)));
export const points = (id: string): Promise<Point[]> =>
  ask(pointsModel, GET("/api/runs/{run}/points", inRun(id)));
export const answer = (id: string, task: string, text: string): Promise<Verdict> =>
  ask(
    verdictModel,
    POST("/api/runs/{run}/answers", { ...inRun(id), body: { task, answer: text } }),
  );
export const takeHint = (id: string, task: string): Promise<unknown> =>
  got(POST("/api/runs/{run}/hints", { ...inRun(id), body: { task } }));
export const reset = (id: string, host: string | null): Promise<Run> =>
  ask(runModel, POST("/api/runs/{run}/reset", { ...inRun(id), body: { host } }));
export const pause = (id: string): Promise<Run> =>
  ask(runModel, POST("/api/runs/{run}/pause", inRun(id)));
export const resume = (id: string): Promise<Run> =>
  ask(runModel, POST("/api/runs/{run}/resume", inRun(id)));
export const playStory = (id: string, playing: boolean): Promise<Run> =>
  ask(runModel, POST("/api/runs/{run}/story", { ...inRun(id), body: { playing } }));
export const endRun = (id: string): Promise<Run> =>
  ask(runModel, POST("/api/runs/{run}/end", inRun(id)));

export const terminals = (id: string): Promise<TerminalSession[]> =>
  ask(v.array(terminalModel), GET("/api/runs/{run}/terminals", inRun(id)));
export const openTerminal = (
  id: string,
  host: string,
  user: string | null,
): Promise<TerminalSession> =>
  ask(
    terminalModel,
    POST("/api/runs/{run}/terminals", {
      ...inRun(id),
      body: { host, user, rows: 24, columns: 80 },
    }),
  );
export const closeTerminal = (run: string, session: string): Promise<unknown> =>
  got(DELETE("/api/runs/{run}/terminals/{session}", { params: { path: { run, session } } }));
export const recording = (run: string, session: string): Promise<string> =>
  got(
    GET("/api/runs/{run}/terminals/{session}/recording", {
      params: { path: { run, session } },
      parseAs: "text",
    }),
  );
/** The after-action report of a run as a PDF. */
export const reportPaper = (run: string, language: "en" | "zh"): Promise<Blob> =>
  got(
    GET("/api/runs/{run}/report.pdf", {
      params: { path: { run }, query: { language } },
      parseAs: "blob",
    }),
  );
export const openScreen = (id: string, host: string, screen: string): Promise<Screen> =>
  ask(screenModel, POST("/api/runs/{run}/screens", { ...inRun(id), body: { host, screen } }));

/** A run's journal, page by page; of the given kinds, or all but samples of points; after a sequence. */
export async function events(run: string, kind: string[] = [], from = 0): Promise<Entry[]> {
  const all: Entry[] = [];
  let next: string | null = String(Math.max(0, from));
  while (next !== null) {
    const query = { after: Number(next), limit: 5000, kind };
    const asked = GET("/api/runs/{run}/events", { params: { path: { run }, query } });
    const page: v.InferOutput<typeof entriesModel> = await ask(entriesModel, asked);
    all.push(...page.items);
    next = page.next;
  }
  return all;
}
