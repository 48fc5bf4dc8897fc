/** What the norms of ONNX have in common. */
import type { OnnxNode } from "./onnx-node.js";

export const epsilonOf = (node: OnnxNode): number => {
  // The precision that a runtime computes in.
  node.attributes.pass("stash_type");
  return node.attributes.float("epsilon", 1e-5);
};

/** How many axes a computed input has; 0 for one that stands in the file. */
export const rankOfInput = (node: OnnxNode): number => {
  const x = node.input(0);
  return x?.kind === "tensor" ? x.type.shape.length : 0;
};

/** Whether a layer norm that is spelled out goes over a map with one weight for each channel: then it is an instance norm. */
export function isOverMap(node: OnnxNode, axes: readonly number[]): boolean {
  const rank = rankOfInput(node);
  const goesOverMap = rank === 4 && axes.map((axis) => (axis < 0 ? axis + rank : axis)).join() === "2,3";
  return goesOverMap && node.fixed(1)?.dims.slice(-2).join() === "1,1";
}

/** The axes of a norm that is spelled out: an attribute, or an input. */
export const axesOfNorm = (node: OnnxNode, index: number) => node.attributes.ints("axes") ?? node.plainNumbers(index);
