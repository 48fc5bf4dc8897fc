/**
 * Reads a batch norm whose input are weights: exporters write weight standardisation as one, by the statistics of the weights themselves.
 * It becomes the arithmetic that it is, (x - mean) / sqrt(variance + epsilon) * scale + shift, along axis 1.
 */
import { isProblem, type Problem } from "../diagnostics/diagnostic.js";
import type { ValueId } from "../ir/graph.js";
import type { OnnxNode, OnnxReadSite, Reading } from "./onnx-node.js";
import { only } from "./read-nodes.js";
import { epsilonOf } from "./read-norms.js";

/** Whether its input stands in the file, so that no sample of a batch reaches it. */
export const isOfWeights = (node: OnnxNode): boolean => node.fixed(0)?.isTrained === true;

/** Whether a constant is the same number everywhere. */
const isAll = (node: OnnxNode, index: number, value: number): boolean =>
  node.fixed(index)?.isTrained === false && node.fixed(index)?.numbers?.every((each) => each === value) === true;

export function readNormOfWeights(site: OnnxReadSite<never>): Reading {
  const x = site.tensor(0);
  if (isProblem(x)) return x;
  const { shape } = site.typeOf(x);
  const channels = shape[1];
  if (typeof channels !== "number") return site.refuse("its channels are not fixed");
  site.attributes.pass("momentum");
  /** One number for each entry of axis 1. */
  const along = (value: ValueId | Problem): ValueId | Problem =>
    site.one("reshape", [value], { shape: shape.map((_, axis) => (axis === 1 ? channels : 1)) });
  const given = (index: number): ValueId | Problem => along(site.tensor(index));
  const isByItself = site.attributes.int("training_mode", 0) === 1;
  // In training mode these are what the statistics were before.
  if (isByItself) for (const index of [3, 4]) site.input(index);
  const overOthers = { axes: shape.flatMap((_, axis) => (axis === 1 ? [] : [axis])), keep: true };
  const mean = isByItself ? site.one("reduce_mean", [x], overOthers) : given(3);
  const centred = site.one("sub", [x, mean]);
  const variance = isByItself ? site.one("reduce_mean", [site.one("square", [centred])], overOthers) : given(4);
  const epsilon = site.one("constant", [], { shape: [], values: [epsilonOf(site)] });
  const deviation = site.one("sqrt", [site.one("add", [variance, epsilon])]);
  const plain = site.one("div", [centred, deviation]);
  const scaled = isAll(site, 1, 1) ? plain : site.one("mul", [plain, given(1)]);
  return only(isAll(site, 2, 0) ? scaled : site.one("add", [scaled, given(2)]));
}
