/** Printed steps, loaded as modules. */
import type { Graph } from "../../../src/ir/graph.js";
import { compileStep } from "../../../src/targets/tfjs/compile.js";
import { type ModuleSource, printModule } from "../../../src/targets/tfjs-train/print-module.js";

type Tensor = import("@tensorflow/tfjs-core").Tensor;
export type Numbers = Readonly<Record<string, Float32Array>>;
export type State = readonly Tensor[];

export interface PrintedStep {
  step(state: State, batch: Readonly<Record<string, unknown>>): { state: State; outputs: Record<string, Tensor> };
  dispose(): void;
}

export interface PrintedModule {
  readonly inputs: Readonly<Record<string, { readonly shape: readonly number[]; readonly keep?: number }>>;
  readonly outputs: Readonly<
    Record<string, { readonly shape: readonly number[]; readonly labels?: readonly string[] }>
  >;
  readonly metadata: Readonly<Record<string, string>>;
  readonly seed?: number;
  learningRate(epoch: number, step: number, stepsPerEpoch: number, measured?: readonly object[]): number;
  drawMasks?(epoch: number, step: number): Numbers;
  createStep(tf: unknown): PrintedStep;
  initialValues(): Numbers;
  initialState(tf: unknown, values?: Numbers): State;
  readState(state: State): Promise<Numbers>;
  weightFile(state: State): Promise<Uint8Array>;
}

export const loadModule = (text: string): Promise<PrintedModule> =>
  import(`data:text/javascript;base64,${Buffer.from(text).toString("base64")}`) as Promise<PrintedModule>;

export function printed(step: Graph, more: Partial<ModuleSource> = {}): string {
  return printModule({
    step,
    program: compileStep(step, { native: true, lacking: "unknown" }),
    recipe: "Plain",
    batch: 16,
    seed: 3,
    schedule: { kind: "constant_rate", warmupEpochs: 0 },
    lr: 0.1,
    given: new Map(),
    lferVersion: "0",
    metadata: new Map(),
    ...more,
  });
}
