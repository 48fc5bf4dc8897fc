/** TensorFlow.js on its own CPU backend: kernels in JavaScript, on every machine. */
import { createRequire } from "node:module";
import type { RunningStep } from "../../src/engines/engine.js";
import { type TfjsPlace, TfjsStep } from "../../src/engines/tfjs/tfjs-step.js";
import type { TfjsProgram } from "../../src/targets/tfjs/tfjs-program.js";
import type { TfjsRuntime } from "../../src/targets/tfjs-model/run-folder.js";

const require = createRequire(import.meta.url);

export const tfjs = require("@tensorflow/tfjs-core") as typeof import("@tensorflow/tfjs-core");
// Otherwise the backend prints at its first use that tfjs-node is faster.
tfjs.enableProdMode();
require("@tensorflow/tfjs-backend-cpu");
export const converter = require("@tensorflow/tfjs-converter") as typeof import("@tensorflow/tfjs-converter");

/** The same, in the form that a build's verification takes. */
export const cpuRuntime = {
  title: "tfjs on its CPU backend",
  isFast: false,
  tensor: tfjs.tensor,
  io: tfjs.io,
  loadGraphModel: converter.loadGraphModel,
} as unknown as TfjsRuntime;

/** Runs a program like our engine, except for the backend. */
export function runOnCpu(program: TfjsProgram, state: ReadonlyMap<string, Float32Array>): Promise<RunningStep> {
  const kind = { name: "tfjs-wasm", backend: "cpu", program: { native: false } };
  const place = { tf: tfjs, kind } as unknown as TfjsPlace;
  return TfjsStep.start(place, program, state, "tfjs on its CPU backend");
}
