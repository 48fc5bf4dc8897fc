/** Whether a loss is a mean over the pictures of a batch, so that equal parts of a batch have it as their mean. */
import { type Graph, typeOf } from "../../ir/graph.js";
import { bindShape, elementCount } from "../../ir/shape.js";
import type { Tensor } from "../../ops/contracts.js";
import { randomStream } from "../../random/stream.js";
import { interpret } from "../../reference/interpret.js";

const pictures = 4;
const trials = 3;

/** Of numbers in float64: rounding is far below. */
const tolerance = 1e-9;

/**
 * Computed by the reference for random outputs and targets, whole and in halves. A loss that divides by a sum of weights, or is a
 * ratio of sums over the batch, differs at once.
 */
export function lossIsMean(loss: Graph): boolean {
  for (let trial = 0; trial < trials; trial++) {
    const inputs = drawInputs(loss, trial);
    const of = (from: number, to: number): number => lossValue(loss, part(inputs, from, to), to - from);
    const whole = of(0, pictures);
    const halves = (of(0, pictures / 2) + of(pictures / 2, pictures)) / 2;
    if (!(Math.abs(whole - halves) <= tolerance * Math.max(1, Math.abs(whole)))) return false;
  }
  return true;
}

function lossValue(loss: Graph, inputs: Record<string, Tensor>, batch: number): number {
  return Number(interpret(loss, { inputs, slots: {}, batch }).loss?.data[0]);
}

/** Outputs like logits; for the data, one class with nearly everything, of each kind another share. */
function drawInputs(loss: Graph, trial: number): Record<string, Tensor> {
  const random = randomStream(trial, "loss-is-mean");
  return Object.fromEntries(
    loss.inputs.map(({ name, value }) => {
      const shape = bindShape(typeOf(loss, value).shape, pictures);
      const data = Float64Array.from({ length: elementCount(shape) }, () => 4 * random.uniform() - 2);
      if (name.startsWith("data.")) asShares(data, elementCount(shape.slice(1)));
      return [name, { shape, data }];
    }),
  );
}

function asShares(data: Float64Array, classes: number): void {
  for (let at = 0; at < data.length; at += classes) {
    const row = data.subarray(at, at + classes);
    for (let c = 0; c < classes; c++) row[c] = Math.exp(2 * (row[c] as number));
    const sum = row.reduce((a, b) => a + b, 0);
    for (let c = 0; c < classes; c++) row[c] = (row[c] as number) / sum;
  }
}

const part = (inputs: Record<string, Tensor>, from: number, to: number): Record<string, Tensor> =>
  Object.fromEntries(
    Object.entries(inputs).map(([name, { shape, data }]) => {
      const row = data.length / pictures;
      return [name, { shape: [to - from, ...shape.slice(1)], data: data.slice(from * row, to * row) }];
    }),
  );
