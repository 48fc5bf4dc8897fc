/** The arithmetic of a quantised file in float64: our reference, with every tensor rounded that the plan rounds. */
import type { Graph, Node, ValueId } from "../../../../src/ir/graph.js";
import { typeOf } from "../../../../src/ir/graph.js";
import type { Tensor } from "../../../../src/ops/contracts.js";
import { findOp } from "../../../../src/ops/registry.js";
import { interpret } from "../../../../src/reference/interpret.js";
import type { EmittedParts } from "../../../../src/targets/onnx/emit.js";
import {
  dequantisedWeight,
  quantiseBias,
  quantiseWeight,
  type Range,
  rounded,
} from "../../../../src/targets/onnx/quantize/affine.js";
import { affineIn, weightTensorOf } from "../../../../src/targets/onnx/quantize/place-qdq.js";
import { type FileFacts, floatsOf, type Int8Plan } from "../../../../src/targets/onnx/quantize/plan.js";

export interface Emulated {
  readonly graph: Graph;
  readonly weights: ReadonlyMap<string, Float32Array>;
  readonly parts: EmittedParts;
  readonly facts: FileFacts;
  readonly plan: Int8Plan;
  readonly ranges: ReadonlyMap<string, Range>;
}

/** All rounded tensors of the network in whole numbers, by name, and the outputs. */
export function emulate(model: Emulated, input: Tensor) {
  const { graph, parts, plan, ranges } = model;
  const whole = new Map<string, Float64Array>();
  const round = (value: ValueId, tensor: Tensor): Tensor => {
    const name = parts.nameOf(value);
    if (!plan.rounded.has(name)) return tensor;
    const affine = affineIn(plan, ranges, name);
    const data = tensor.data.map((number) => rounded(number, affine));
    whole.set(
      name,
      data.map((number) => Math.round(number / affine.scale) + affine.zeroPoint),
    );
    return { ...tensor, data };
  };
  const [given] = graph.inputs;
  if (given === undefined) throw new Error("no input");
  const outputs = interpret(
    graph,
    { inputs: { [given.name]: round(given.value, input) }, slots: roundedSlots(model), batch: input.shape[0] ?? 1 },
    {
      recall: (node: Node, inputs) => {
        const results = findOp(node.op)!.evaluate(inputs, node.attributes);
        return results.map((tensor, i) => round(node.outputs[i]!, tensor));
      },
    },
  );
  return { whole, outputs };
}

function roundedSlots({ graph, weights, parts, facts, plan, ranges }: Emulated): Record<string, Tensor> {
  const after = new Map<string, Float64Array>();
  for (const layer of plan.layers) {
    const { scale } = affineIn(plan, ranges, layer.input);
    const bias = layer.bias === undefined ? undefined : floatsOf(facts.constants.get(layer.bias)!);
    const tensor = weightTensorOf(layer.weight);
    const quantised = quantiseWeight(tensor, bias, scale);
    after.set(layer.weight.name, dequantisedWeight(tensor, quantised));
    if (bias === undefined || layer.bias === undefined) continue;
    const { values, scales } = quantiseBias(bias, scale, quantised.scales);
    after.set(
      layer.bias,
      Float64Array.from(values, (value, i) => value * scales[i]!),
    );
  }
  return Object.fromEntries(
    graph.slots.map(({ name, value }) => [
      name,
      {
        shape: typeOf(graph, value).shape as readonly number[],
        data: after.get(parts.nameOf(value)) ?? Float64Array.from(weights.get(name)!),
      },
    ]),
  );
}
