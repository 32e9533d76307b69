/** The recorded data of a run, read with the models that the interface uses. */
import { boardModel, exerciseModel } from "../exercise";
import { packModel } from "../pack";
import { pointsModel } from "../points";
import { read } from "../problem";
import { runModel } from "../run";
import { topologyModel } from "../topology";
import board from "./board.json";
import exercise from "./exercise.json";
import pack from "./pack.json";
import points from "./points.json";
import run from "./run.json";
import topology from "./topology.json";

export const recorded = {
  board: read(boardModel, board),
  exercise: read(exerciseModel, exercise),
  pack: read(packModel, pack),
  points: read(pointsModel, points),
  run: read(runModel, run),
  topology: read(topologyModel, topology),
};
