/**
 * A class of two that was really played (tests/portal/test_recorded.py, `make recorded`): live
 * streams as they came over the wire, and what the portal answered at the end, by address.
 */
import * as v from "valibot";
import { castFrom } from "../cast";
import { boardModel, exerciseModel } from "../exercise";
import { entriesModel } from "../journal";
import { packModel } from "../pack";
import { pointsModel } from "../points";
import { read } from "../problem";
import { recordFrom, type Kept } from "../record";
import { runModel } from "../run";
import { terminalModel } from "../terminal";
import { topologyModel } from "../topology";
import text from "./class.json?raw";

const classModel = v.object({
  streams: v.record(v.string(), v.array(v.unknown())),
  answers: v.record(v.string(), v.unknown()),
});

const { streams, answers } = read(classModel, JSON.parse(text));

function answer<M extends v.GenericSchema>(model: M, address: string): v.InferOutput<M> {
  return read(model, answers[address]);
}

const addresses = Object.keys(answers);
const place = addresses.find((each) => /^\/api\/exercises\/[a-z0-9]{16}$/.test(each)) ?? "";
const exercise = answer(exerciseModel, place);

function keptOf(id: string): Kept {
  const own = `/api/runs/${id}`;
  const sessions = answer(v.array(terminalModel), `${own}/terminals`);
  return {
    run: answer(runModel, own),
    entries: answer(entriesModel, `${own}/events`).items,
    sampled: answer(entriesModel, `${own}/events?kind=points.sampled`).items,
    points: answer(pointsModel, `${own}/points`),
    topology: answer(topologyModel, `${own}/topology`),
    casts: sessions.map((session) => ({
      session,
      cast: castFrom(answer(v.string(), `${own}/terminals/${session.session}/recording`)),
    })),
  };
}

/** Best first. */
export const kept = exercise.runs
  .map(({ id }) => keptOf(id))
  .toSorted((a, b) => b.run.points - a.run.points);
const [first, second] = kept.map(recordFrom);
if (!first || !second) throw new Error("nobody was recorded: run `make recorded`");

export const recorded = {
  streams,
  exercise,
  board: answer(boardModel, `${place}/board`),
  pack: answer(packModel, "/api/packs/blackout"),
  topology: answer(topologyModel, "/api/packs/blackout/topology"),
  points: first.points,
  samples: first.samples,
  run: first.run,
  first,
  second,
};

export { text };
