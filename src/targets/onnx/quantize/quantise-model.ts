/** A model with its weights to a file on 8-bit numbers: ranges from pictures, a plan, and the layers that stay float32. */
import { type Problem, problem } from "../../../diagnostics/diagnostic.js";
import type { ValueId } from "../../../ir/graph.js";
import type { WeightedGraph } from "../../../passes/weighted-graph.js";
import { emitParts, encodeParts, type OnnxOptions } from "../emit.js";
import type { Pieces } from "../framing.js";
import type { Range } from "./affine.js";
import type { CalibrationMethod } from "./calibration-methods.js";
import { type ChosenLayers, chooseLayers, type Measured } from "./choose-layers.js";
import { findRanges, type Pictures, type QuantiseRuntime } from "./observe.js";
import { placeQdq } from "./place-qdq.js";
import { factsOf, planInt8 } from "./plan.js";
import { findSensitivities, picturesDifferentiated } from "./sensitivity.js";

export interface QuantiseRequest {
  readonly model: WeightedGraph<Float32Array>;
  readonly options: OnnxOptions;
  /** The output with a score for each class. */
  readonly output: string;
  readonly method: CalibrationMethod;
  readonly pictures: Pictures;
  /** The same on every machine: what it computes decides the file's bytes. */
  readonly runtime: QuantiseRuntime;
  /** Compares a file with the float32 one; undefined if layers need not be chosen. */
  readonly measure?: ((bytes: Uint8Array) => Promise<Measured | Problem>) | undefined;
  /** What was asked of the measurement, in percent. */
  readonly asked?: number | undefined;
  readonly onProgress?: ((text: string) => void) | undefined;
}

export interface LayerRow {
  readonly name: string;
  /** Undefined where layers were not chosen. */
  readonly sensitivity: number | undefined;
  readonly inFloat: boolean;
  /** The measured agreement with this layer as int8, for some that stay float32. */
  readonly agreementAsInt8: number | undefined;
}

export interface Quantised {
  readonly pieces: Pieces;
  /** Layers that can run on 8 bits, in the network's order. */
  readonly layers: readonly LayerRow[];
  /** Tensors that are rounded. */
  readonly roundedCount: number;
  readonly nodeCount: number;
}

/** The file's metadata of a quantised model. */
export const quantisationKey = "lfer.quantization";

/** Quantises; or says why that is impossible. */
export async function quantiseModel(request: QuantiseRequest): Promise<Quantised | Problem> {
  const { model, options, method, pictures, runtime, measure, onProgress } = request;
  const { graph, weights } = model;
  const parts = emitParts(model, options);
  const named = new Map(graph.types.map((_, value) => [parts.nameOf(value), value] as const));
  named.delete("");
  const facts = factsOf(parts, (name) => named.has(name));
  const plan = planInt8(facts, new Set());
  if (plan.layers.length === 0) return problem("onnx/quantize-nothing", { model: graph.name });
  const roots = [...new Set(plan.rounded.values())];
  let done = 0;
  const runs = pictures.count * (method === "minmax" ? 1 : 2);
  const observed = await findRanges(parts, roots, method, {
    opset: options.opset,
    runtime,
    pictures,
    onPicture: () => onProgress?.(`ranges: ${++done}/${runs} pictures`),
  });
  if (observed.notFinite !== undefined) {
    return problem("onnx/quantize-not-finite", { model: graph.name, tensor: observed.notFinite });
  }
  // With fewer layers on 8 bits, a tensor may be rounded without the one whose range it has here.
  const ranges = new Map([...plan.rounded].map(([name, root]) => [name, observed.ranges.get(root) as Range] as const));
  const encode = (inFloat: ReadonlySet<string>) => {
    const chosen = planInt8(facts, inFloat);
    const placed = placeQdq(facts, chosen, ranges);
    const about = { type: "int8", calibration: method, float32: [...inFloat] };
    const metadata = new Map([...(options.metadata ?? []), [quantisationKey, JSON.stringify(about)]]);
    return { chosen, placed, pieces: encodeParts(placed, { ...options, metadata }) };
  };
  let sensitivities: ReadonlyMap<string, number> = new Map();
  let choice: ChosenLayers = { inFloat: new Set(), measured: { isEnough: true, agreement: 1 }, withIt: new Map() };
  if (measure !== undefined) {
    onProgress?.("sensitivity of layers");
    const few = { ...pictures, count: Math.min(pictures.count, picturesDifferentiated) };
    const valueNamed = (name: string): ValueId | undefined => named.get(name);
    const found = await findSensitivities({
      ...request,
      graph,
      weights,
      facts,
      plan,
      ranges,
      valueNamed,
      pictures: few,
    });
    sensitivities = found;
    const chosen = await choose(request, plan.layers, found, (inFloat) => Buffer.concat(encode(inFloat).pieces));
    if ("diagnose" in chosen) return chosen;
    choice = chosen;
  }
  const { chosen, placed, pieces } = encode(choice.inFloat);
  return {
    pieces,
    roundedCount: chosen.rounded.size,
    nodeCount: placed.nodes.length,
    layers: plan.layers.map(({ name }) => ({
      name,
      sensitivity: sensitivities.get(name),
      inFloat: choice.inFloat.has(name),
      agreementAsInt8: choice.withIt.get(name),
    })),
  };
}

/** A measurement that failed ends the search. */
class MeasuringFailed extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super("a measurement failed");
    this.problem = problem;
  }
}

async function choose(
  { measure, asked, model, onProgress }: QuantiseRequest,
  layers: readonly { readonly name: string }[],
  sensitivities: ReadonlyMap<string, number>,
  bytesOf: (inFloat: ReadonlySet<string>) => Uint8Array,
): Promise<ChosenLayers | Problem> {
  let best = 0;
  const ranked = layers.map(({ name }) => ({ name, sensitivity: sensitivities.get(name) ?? 0 }));
  try {
    const found = await chooseLayers(ranked, async (inFloat) => {
      onProgress?.(`measuring with ${inFloat.size} of ${layers.length} layers in float32`);
      const measured = await measure?.(bytesOf(inFloat));
      if (measured === undefined) return { isEnough: true, agreement: 1 };
      if ("diagnose" in measured) throw new MeasuringFailed(measured);
      best = Math.max(best, measured.agreement);
      return measured;
    });
    return found ?? problem("onnx/quantize-not-kept", { model: model.graph.name, asked: asked ?? 0, best });
  } catch (error) {
    if (error instanceof MeasuringFailed) return error.problem;
    throw error;
  }
}
