/**
 * How much the rounding of each layer moves the network's decisions, to first order, from one backward pass over our own graph. With M the
 * margin between the best class and the second, w a layer's weights, x its input, and d what rounding changes:
 *
 *     moved(layer) = | <dM/dw, dw> + <dM/dx, dx> | / M
 *
 * at most 1 for each picture (then the decision flips), averaged over pictures.
 */
import type { Tensor as OrtTensor } from "onnxruntime-node";
import { differentiate } from "../../../autodiff/differentiate.js";
import { AppendingBuilder } from "../../../autodiff/gradient-builder.js";
import { invariant } from "../../../diagnostics/invariant.js";
import { type Graph, typeOf, type ValueId } from "../../../ir/graph.js";
import { bindBatch } from "../../../ops/bind-batch.js";
import { emitOnnx } from "../emit.js";
import { defaultOpset } from "../opsets.js";
import { silentLog } from "../session-log.js";
import { type Affine, dequantisedWeight, quantiseWeight, type Range, rounded } from "./affine.js";
import { observe, type Pictures, type QuantiseRuntime } from "./observe.js";
import { affineIn, weightTensorOf } from "./place-qdq.js";
import { type FileFacts, floatsOf, type Int8Layer, type Int8Plan } from "./plan.js";

/** Pictures that are differentiated. */
export const picturesDifferentiated = 16;

export interface SensitivityRequest {
  readonly graph: Graph;
  readonly weights: ReadonlyMap<string, Float32Array>;
  readonly facts: FileFacts;
  readonly plan: Int8Plan;
  readonly ranges: ReadonlyMap<string, Range>;
  /** The value of the graph with this name in the file. */
  readonly valueNamed: (name: string) => ValueId | undefined;
  /** The output with a score for each class. */
  readonly output: string;
  readonly pictures: Pictures;
  readonly runtime: QuantiseRuntime;
}

/** The share of the margin that rounding a layer moves, by the layer's name. */
export async function findSensitivities(request: SensitivityRequest): Promise<ReadonlyMap<string, number>> {
  const { graph, facts, plan, ranges, pictures, runtime } = request;
  const parts = plan.layers.map((layer) => partsOf(request, layer));
  const values = [...new Set(parts.flatMap(({ weight, input }) => [weight, input]))].filter(
    (value) => value !== undefined,
  );
  const scores: Float32Array[] = [];
  const own = { opset: defaultOpset, runtime, pictures };
  await observe(facts.parts, [request.output], own, (_, numbers) => scores.push(numbers.slice()));
  const backward = backwardGraph(graph, request.output, values);
  const bytes = emitOnnx({ graph: backward, weights: request.weights }, { opset: defaultOpset, producerVersion: "" });
  const session = await runtime.InferenceSession.create(bytes, { ...silentLog, intraOpNumThreads: 1 });
  const moved = new Float64Array(parts.length);
  const rounding = parts.map(({ layer }) => roundingOf(facts, layer, affineIn(plan, ranges, layer.input)));
  try {
    for (let i = 0; i < pictures.count; i++) {
      const { direction, margin } = bestAndSecond(scores[i] as Float32Array);
      const feed = {
        [pictures.input]: new runtime.Tensor("float32", pictures.at(i), [1, ...pictures.shape]),
        [directionName]: new runtime.Tensor("float32", direction, [1, direction.length]),
      };
      const results = await session.run(feed);
      const numbers = (prefix: string, value: ValueId | undefined): Float32Array =>
        value === undefined ? new Float32Array() : ((results[`${prefix}${value}`] as OrtTensor).data as Float32Array);
      for (const [at, { weight, input, affine }] of parts.entries()) {
        let sum = dot(numbers("gradient.", weight), rounding[at] as Float64Array);
        const x = numbers("value.", input);
        const g = numbers("gradient.", input);
        for (let j = 0; j < g.length; j++) {
          const value = x[j] as number;
          if (g[j] !== 0) sum += (g[j] as number) * (rounded(value, affine) - value);
        }
        moved[at] = (moved[at] as number) + Math.min(1, Math.abs(sum) / margin);
      }
    }
  } finally {
    await session.release();
  }
  return new Map(parts.map(({ layer }, at) => [layer.name, (moved[at] as number) / pictures.count] as const));
}

const directionName = "direction";

interface LayerParts {
  readonly layer: Int8Layer;
  readonly weight: ValueId | undefined;
  /** Undefined where the input only exists inside an op. */
  readonly input: ValueId | undefined;
  readonly affine: Affine;
}

function partsOf({ graph, plan, ranges, valueNamed }: SensitivityRequest, layer: Int8Layer): LayerParts {
  const inputs = new Set(graph.inputs.map(({ value }) => value));
  const input = valueNamed(layer.input);
  const isGiven = input !== undefined && inputs.has(input);
  return {
    layer,
    weight: valueNamed(layer.weight.name),
    input: isGiven ? undefined : input,
    affine: affineIn(plan, ranges, layer.input),
  };
}

/** What rounding changes of a layer's weights, in the order in which the graph stores them. */
function roundingOf(facts: FileFacts, layer: Int8Layer, { scale }: Affine): Float64Array {
  const { weight, bias } = layer;
  // A turned weight is rounded by the same scales either way.
  const tensor = weight.turned
    ? { ...weightTensorOf({ ...weight, turned: false }), axis: 1 - weight.axis }
    : weightTensorOf(weight);
  const constant = bias === undefined ? undefined : facts.constants.get(bias);
  const quantised = quantiseWeight(tensor, constant === undefined ? undefined : floatsOf(constant), scale);
  const after = dequantisedWeight(tensor, quantised);
  return after.map((value, i) => value - (tensor.values[i] as number));
}

function dot(one: Float32Array, other: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < one.length; i++) sum += (one[i] as number) * (other[i] as number);
  return sum;
}

/** +1 for the best class, -1 for the second, and their distance. */
function bestAndSecond(scores: Float32Array): { readonly direction: Float32Array; readonly margin: number } {
  const order = [...scores.keys()].sort((a, b) => (scores[b] as number) - (scores[a] as number) || a - b);
  const [best = 0, second = 0] = order;
  const direction = new Float32Array(scores.length);
  direction[best] = 1;
  if (second !== best) direction[second] = -1;
  const margin = (scores[best] as number) - (second === best ? 0 : (scores[second] as number));
  return { direction, margin: Math.max(Math.abs(margin), Number.MIN_VALUE) };
}

/** For one picture: the values, and the gradient of the scores times a direction, for each of them. */
function backwardGraph(network: Graph, output: string, values: readonly ValueId[]): Graph {
  const bound = bindBatch(network, 1);
  const scores = bound.outputs.find(({ name }) => name === output)?.value;
  invariant(scores !== undefined, `${network.name} has no output ${output}`);
  const type = typeOf(bound, scores);
  const direction = bound.types.length;
  const asked: Graph = {
    ...bound,
    types: [...bound.types, type],
    inputs: [...bound.inputs, { name: directionName, value: direction }],
  };
  const builder = new AppendingBuilder(asked);
  builder.enter("margin");
  const product = builder.node("mul", [scores, direction]);
  const axes = [...type.shape.keys()];
  const loss = builder.node("reduce_sum", [product], { axes, keep: false });
  const whole: Graph = { ...asked, nodes: [...asked.nodes, ...builder.nodesMade], types: builder.types };
  const { graph, gradients } = differentiate(whole, loss, values);
  const slots = new Set(graph.slots.map(({ value }) => value));
  return {
    ...graph,
    outputs: values.flatMap((value, i) => [
      { name: `gradient.${value}`, value: gradients[i] as ValueId },
      ...(slots.has(value) ? [] : [{ name: `value.${value}`, value }]),
    ]),
  };
}
