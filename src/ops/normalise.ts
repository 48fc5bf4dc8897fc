/** Shared by layer_norm, group_norm and instance_norm: normalisation to mean 0 and variance 1, and its gradient. */
import type { ValueId } from "../ir/graph.js";
import type { GradientBuilder, OnnxBuilder } from "./contracts.js";
import { arithmetic } from "./gradient-arithmetic.js";
import { reduceNode } from "./reduction.js";

/** Normalises `length` elements from `start` on, `step` apart, to mean 0 and (biased) variance 1. */
export function normaliseRun(
  data: Float64Array,
  out: Float64Array,
  start: number,
  length: number,
  step: number,
  epsilon: number,
): void {
  let mean = 0;
  for (let i = 0; i < length; i++) mean += data[start + i * step] as number;
  mean /= length;
  let variance = 0;
  for (let i = 0; i < length; i++) variance += ((data[start + i * step] as number) - mean) ** 2;
  const scale = 1 / Math.sqrt(variance / length + epsilon);
  for (let i = 0; i < length; i++) out[start + i * step] = ((data[start + i * step] as number) - mean) * scale;
}

/** A normalised value, and the deviation that it was divided by. */
export interface Normalised {
  readonly value: ValueId;
  readonly deviation: ValueId;
}

/** Builds nodes that normalise over these axes. */
export function normalised(builder: GradientBuilder, x: ValueId, axes: readonly number[], epsilon: number): Normalised {
  const { add, div, mul, number, sub } = arithmetic(builder);
  const mean = (value: ValueId): ValueId => builder.node("reduce_mean", [value], { axes, keep: true });
  const centred = sub(x, mean(x));
  const deviation = builder.node("sqrt", [add(mean(mul(centred, centred)), number(epsilon))]);
  return { value: div(centred, deviation), deviation };
}

/** The gradient of x from that of the normalised value y: (g - mean(g) - y mean(g y)) / deviation. */
export function gradientThrough(
  builder: GradientBuilder,
  { value, deviation }: Normalised,
  g: ValueId,
  axes: readonly number[],
): ValueId {
  const { div, mul, sub } = arithmetic(builder);
  const mean = (of: ValueId): ValueId => builder.node("reduce_mean", [of], { axes, keep: true });
  return div(sub(sub(g, mean(g)), mul(value, mean(mul(g, value)))), deviation);
}

/** The same normalisation in plain ONNX ops; returns the name of the result. */
export function lowerNormalised(
  onnx: OnnxBuilder,
  x: string,
  axes: readonly number[],
  epsilon: number,
  outputs: readonly string[] | number = 1,
): string {
  const one = (op: string, inputs: readonly string[]): string => onnx.node(op, inputs)[0] ?? "";
  const mean = (value: string): string =>
    reduceNode(onnx, { type: "ReduceMean", axesInputSince: 18 }, value, axes, true);
  const centred = one("Sub", [x, mean(x)]);
  const variance = mean(one("Mul", [centred, centred]));
  const deviation = one("Sqrt", [one("Add", [variance, onnx.floats(epsilon)])]);
  return onnx.node("Div", [centred, deviation], {}, outputs)[0] ?? "";
}
