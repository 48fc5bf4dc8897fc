/** Shared by the readers of ONNX's norms. */
import type { OnnxNode } from "./onnx-node.js";

export const epsilonOf = (node: OnnxNode): number => {
  // The precision of the runtime's computation.
  node.attributes.pass("stash_type");
  return node.attributes.float("epsilon", 1e-5);
};

/** Number of axes of a computed input; 0 for a constant. */
export const rankOfInput = (node: OnnxNode): number => {
  const x = node.input(0);
  return x?.kind === "tensor" ? x.type.shape.length : 0;
};

/** Whether a composed layer norm covers a map with one weight per channel: then it is an instance norm. */
export function isOverMap(node: OnnxNode, axes: readonly number[]): boolean {
  const rank = rankOfInput(node);
  const goesOverMap = rank === 4 && axes.map((axis) => (axis < 0 ? axis + rank : axis)).join() === "2,3";
  return goesOverMap && node.fixed(1)?.dims.slice(-2).join() === "1,1";
}

/** The axes of a composed norm: an attribute, or an input. */
export const axesOfNorm = (node: OnnxNode, index: number) => node.attributes.ints("axes") ?? node.plainNumbers(index);
