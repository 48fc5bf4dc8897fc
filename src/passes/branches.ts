/** The terms of a sum that are linear in their input. */
import { type Graph, type Node, typeOf, type ValueId } from "../ir/graph.js";
import type { GraphIndex } from "../ir/graph-index.js";
import { keepsStatistics } from "../ops/batch-statistics.js";

/** A convolution with fixed weights whose result only the sum reads. */
export interface Convolution {
  readonly kind: "convolution";
  readonly source: ValueId;
  readonly value: ValueId;
  readonly node: Node;
}

/** A batch norm by stored statistics of a map, read by the sum alone; or, without a node, the source itself. */
export interface Scaling {
  readonly kind: "scaling";
  readonly source: ValueId;
  readonly value: ValueId;
  readonly node: Node | undefined;
}

export type Branch = Convolution | Scaling;

export const isConvolution = (branch: Branch): branch is Convolution => branch.kind === "convolution";

/** Where a merged kernel lies. */
export interface KernelWindow {
  readonly kernel: readonly [number, number];
  readonly padding: readonly [top: number, left: number, bottom: number, right: number];
  readonly dilation: readonly [number, number];
}

/** Branches of one source that become one convolution: that of `base`, with this window. */
export interface Summed {
  readonly branches: readonly Branch[];
  readonly base: Convolution;
  readonly window: KernelWindow;
}

/** `node` is the producer of `value` if nothing but the sum reads it. */
export function branchOf(graph: Graph, { isSlot }: GraphIndex, value: ValueId, node: Node | undefined): Branch {
  const itself: Scaling = { kind: "scaling", source: value, value, node: undefined };
  const [source, ...parameters] = node?.inputs ?? [];
  if (node === undefined || source === undefined || parameters.length === 0) return itself;
  const { shape, dtype } = typeOf(graph, value);
  if (dtype !== "float32" || shape.length !== 4 || !parameters.every((each) => isSlot[each] === 1)) return itself;
  if (keepsStatistics(node)) return { kind: "scaling", source, value, node };
  return node.op === "conv2d" ? { kind: "convolution", source, value, node } : itself;
}
