/** A network and its weights as a function of kernels: the same function is verified and written. */

import { invariant } from "../../diagnostics/invariant.js";
import { bindBatch } from "../../ops/bind-batch.js";
import type { Tensor } from "../../ops/contracts.js";
import type { Constant } from "../../ops/tfjs/calls.js";
import { transpose } from "../../ops/transpose.js";
import type { WeightedGraph } from "../../passes/weighted-graph.js";
import { type AnyBatch, compileForAnyBatch } from "../tfjs/any-batch.js";
import { compileStep } from "../tfjs/compile.js";
import type { LoweredFunction } from "../tfjs/lowered-function.js";
import type { TfjsProgram } from "../tfjs/tfjs-program.js";

export interface LoweredNetwork extends LoweredFunction {
  /** What depends on the number of samples, so that the function takes a fixed number; undefined if it takes any number. */
  readonly tied: string | undefined;
}

type Numbers = Float32Array | Float64Array;

/** Lowers networks; a graph is compiled once, also for other weights. `batch`: the number of samples, used if it must be known. */
export function networkLowering(batch: number): (model: WeightedGraph<Numbers>) => LoweredNetwork {
  const known = new Map<WeightedGraph["graph"], AnyBatch>();
  const compile = (graph: WeightedGraph["graph"]): AnyBatch => {
    const made = compileForAnyBatch(graph);
    if (made.tied === undefined || batch === 1) return made;
    return { ...made, program: compileStep(bindBatch(graph, batch), { native: false, mapsAre: "channels last" }) };
  };
  return ({ graph, weights }) => {
    const made = known.get(graph) ?? compile(graph);
    known.set(graph, made);
    const { program, tied } = made;
    const { calls, inputs, outputs } = program;
    const constants = [...program.constants, ...heldWeights(program, weights)];
    return { calls, inputs, outputs, constants, tied };
  };
}

/** The weights as constants, in the kernels' axis order. */
function heldWeights({ state }: TfjsProgram, weights: ReadonlyMap<string, Numbers>): readonly Constant[] {
  return state.flatMap(({ register, shape, slots }) =>
    slots.map(({ slot, order }) => {
      const given = weights.get(slot);
      invariant(given !== undefined, `no weights for ${slot}`);
      const stored = order === undefined ? given : inOrder(given, order);
      const held = { register, shape, name: slot };
      return stored instanceof Float64Array
        ? { ...held, values: Float32Array.from(stored), exact: stored }
        : { ...held, values: stored };
    }),
  );
}

/** Moves element i to index `order[i]`. */
function inOrder(values: Numbers, order: Int32Array): Numbers {
  const stored = values.slice();
  for (let i = 0; i < values.length; i++) stored[order[i] as number] = values[i] as number;
  return stored;
}

type Tensors = Readonly<Record<string, Tensor>>;

/** Splits the inputs into the batches of the function: single samples if it takes only one. */
export function portionsOf({ tied, inputs: ports }: LoweredNetwork, inputs: Tensors): readonly Tensors[] {
  const [samples = 1] = Object.values(inputs).map(({ shape }) => shape[0] ?? 1);
  if (tied === undefined || ports.some(({ shape }) => shape[0] !== 1)) return [inputs];
  const sampleOf = ({ shape, data }: Tensor, i: number): Tensor => {
    const size = data.length / samples;
    return { shape: [1, ...shape.slice(1)], data: data.slice(i * size, (i + 1) * size) };
  };
  return Array.from({ length: samples }, (_, i) =>
    Object.fromEntries(Object.entries(inputs).map(([name, tensor]) => [name, sampleOf(tensor, i)])),
  );
}

/** Joins the outputs of these batches. */
export function joined(portions: readonly Tensors[]): Tensors {
  const [first = {}] = portions;
  if (portions.length === 1) return first;
  return Object.fromEntries(
    Object.entries(first).map(([name, { shape }]) => {
      const data = Float64Array.from(portions.flatMap((portion) => [...(portion[name] as Tensor).data]));
      return [name, { shape: [portions.length, ...shape.slice(1)], data }];
    }),
  );
}

const moved = (tensors: Tensors, permutation: readonly number[]): Record<string, Tensor> =>
  Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]) => [
      name,
      tensor.shape.length === 4 ? (transpose.evaluate([tensor], { permutation })[0] as Tensor) : tensor,
    ]),
  );

/** The graph's inputs with maps channels last, as the function takes them. */
export const toPorts = (inputs: Tensors): Record<string, Tensor> => moved(inputs, [0, 2, 3, 1]);
/** The function's outputs in the graph's axis order. */
export const fromPorts = (outputs: Tensors): Record<string, Tensor> => moved(outputs, [0, 3, 1, 2]);
