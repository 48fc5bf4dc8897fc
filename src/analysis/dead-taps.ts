import { type Graph, type Node, typeOf, type ValueId } from "../ir/graph.js";
import type { Window } from "../ops/contracts.js";
import { findOp } from "../ops/registry.js";
import { windowPositions } from "../ops/window-arithmetic.js";

/** The taps of a window that ever read a cell of the map rather than padding: tap [u, v] does if row u and column v do. */
export interface LiveTaps {
  readonly rows: readonly boolean[];
  readonly columns: readonly boolean[];
  readonly live: number;
  readonly total: number;
}

/** Tap u at position i reads cell i * stride + u * dilation - padding; it is live if that is a cell for any position. */
function liveAlong(
  size: number,
  kernel: number,
  stride: number,
  before: number,
  after: number,
  dilation: number,
): boolean[] {
  const positions = windowPositions(size, kernel, stride, before + after, dilation);
  return Array.from({ length: kernel }, (_, tap) => {
    const shift = tap * dilation - before;
    const firstInside = Math.max(0, Math.ceil(-shift / stride));
    return firstInside < positions && firstInside * stride + shift < size;
  });
}

/** The live taps of a window over a map of this height and width. */
export function liveTaps(window: Window, [height, width]: readonly [number, number]): LiveTaps {
  const { kernel, stride, padding, dilation } = window;
  const rows = liveAlong(height, kernel[0], stride[0], padding[0], padding[2], dilation[0]);
  const columns = liveAlong(width, kernel[1], stride[1], padding[1], padding[3], dilation[1]);
  const count = (taps: readonly boolean[]): number => taps.filter(Boolean).length;
  return { rows, columns, live: count(rows) * count(columns), total: kernel[0] * kernel[1] };
}

/** The window of a layer with a kernel: a convolution. */
export function kernelWindow({ op, attributes }: Node): Window | undefined {
  const found = findOp(op);
  return found?.probe.kind === "layer" ? found.window(attributes) : undefined;
}

/** A convolution with taps that only read padding. */
export interface DeadTaps {
  readonly node: Node;
  readonly taps: LiveTaps;
  readonly map: readonly [number, number];
  readonly kernel: readonly [number, number];
  /** Weights that only read padding, and the total. */
  readonly deadWeights: number;
  readonly weights: number;
}

/** All convolutions with dead taps, in emitted order. */
export function findDeadTaps(graph: Graph): readonly DeadTaps[] {
  const found: DeadTaps[] = [];
  for (const node of graph.nodes) {
    const window = kernelWindow(node);
    if (window === undefined) continue;
    const [, , height, width] = typeOf(graph, node.inputs[0] as ValueId).shape;
    if (typeof height !== "number" || typeof width !== "number") continue;
    const taps = liveTaps(window, [height, width]);
    if (taps.live === taps.total) continue;
    const [filters, perGroup] = typeOf(graph, node.inputs[1] as ValueId).shape as readonly [number, number];
    const kernels = filters * perGroup;
    const deadWeights = kernels * (taps.total - taps.live);
    found.push({
      node,
      taps,
      map: [height, width],
      kernel: window.kernel,
      deadWeights,
      weights: kernels * taps.total,
    });
  }
  return found;
}
