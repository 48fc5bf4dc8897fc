/**
 * A tap of a kernel that meets nothing but padding at every position multiplies zeros: a 3x3 kernel with padding 1 on a
 * 1x1 map is its centre tap. Rows and columns of such taps at the kernel's edges are cut, and the padding by as much:
 *
 *   kernel' = taps first..last,   padding' = padding - (first, kernel - 1 - last) * dilation
 *
 * so that every tap that stays keeps its place on the map and the output keeps its size.
 */
import { kernelWindow, liveTaps } from "../analysis/dead-taps.js";
import { type Graph, type Node, typeOf, type ValueId } from "../ir/graph.js";
import type { Window } from "../ops/contracts.js";
import { GraphRewriter } from "./graph-rewriter.js";
import { type Pass, valuesLike, type WeightedGraph, type WeightValues } from "./weighted-graph.js";

export const cutDeadTaps: Pass = { name: "cut-dead-taps", run: cut };

function cut<W extends WeightValues>(model: WeightedGraph<W>): WeightedGraph<W> {
  const rewriter = new GraphRewriter(model);
  // Layers that share a kernel and read maps of one size also share the cut kernel.
  const done = new Map<string, ValueId>();
  let changed = false;
  const nodes = model.graph.nodes.map((node) => {
    const kept = keptTaps(model.graph, node);
    const [input, weight, ...bias] = node.inputs;
    if (kept === undefined || input === undefined || weight === undefined) return node;
    const key = `${weight}:${kept.rows.join("-")}:${kept.columns.join("-")}`;
    const cutWeight = done.get(key) ?? cropWeight(rewriter, node, weight, kept);
    if (cutWeight === undefined) return node;
    done.set(key, cutWeight);
    changed = true;
    const { kernel, padding } = kept;
    return { ...node, attributes: { ...node.attributes, kernel, padding }, inputs: [input, cutWeight, ...bias] };
  });
  return changed ? rewriter.finish(nodes) : model;
}

/** First and last tap along an axis. */
type Range = readonly [first: number, last: number];

interface KeptTaps {
  readonly rows: Range;
  readonly columns: Range;
  readonly kernel: readonly [number, number];
  readonly padding: readonly [number, number, number, number];
}

/** The taps to keep, or undefined if none can be cut. */
function keptTaps(graph: Graph, node: Node): KeptTaps | undefined {
  const window = kernelWindow(node);
  if (window === undefined) return undefined;
  const [, , height, width] = typeOf(graph, node.inputs[0] as ValueId).shape;
  if (typeof height !== "number" || typeof width !== "number") return undefined;
  const { dilation, padding, kernel } = window;
  const live = liveTaps(window, [height, width]);
  const rows = keptRange(live.rows, padding[0], padding[2], dilation[0]);
  const columns = keptRange(live.columns, padding[1], padding[3], dilation[1]);
  const size = ([first, last]: Range): number => last - first + 1;
  if (size(rows) === kernel[0] && size(columns) === kernel[1]) return undefined;
  return { rows, columns, kernel: [size(rows), size(columns)], padding: cutPadding(window, rows, columns) };
}

function cutPadding({ kernel, padding, dilation }: Window, rows: Range, columns: Range): KeptTaps["padding"] {
  return [
    padding[0] - rows[0] * dilation[0],
    padding[1] - columns[0] * dilation[1],
    padding[2] - (kernel[0] - 1 - rows[1]) * dilation[0],
    padding[3] - (kernel[1] - 1 - columns[1]) * dilation[1],
  ];
}

/** Padding cannot become negative, so a dilated kernel may have to keep a dead tap at its edge. */
function keptRange(live: readonly boolean[], before: number, after: number, dilation: number): Range {
  const end = live.length - 1;
  const firstLive = live.indexOf(true);
  if (firstLive < 0) return [0, end];
  const first = Math.min(firstLive, Math.floor(before / dilation));
  const last = Math.max(live.lastIndexOf(true), end - Math.floor(after / dilation));
  return [first, last];
}

function cropWeight<W extends WeightValues>(
  rewriter: GraphRewriter<W>,
  node: Node,
  weight: ValueId,
  { rows, columns, kernel }: KeptTaps,
): ValueId | undefined {
  const slot = rewriter.slot(weight);
  if (slot === undefined) return undefined;
  const { dtype, shape } = rewriter.typeOf(weight);
  const [filters, perGroup, height, width] = shape as readonly [number, number, number, number];
  const planes = filters * perGroup;
  const values = valuesLike(slot.values, planes * kernel[0] * kernel[1]);
  let at = 0;
  for (let plane = 0; plane < planes; plane++) {
    for (let u = rows[0]; u <= rows[1]; u++) {
      for (let v = columns[0]; v <= columns[1]; v++) {
        values[at++] = slot.values[(plane * height + u) * width + v] as number;
      }
    }
  }
  return rewriter.addSlot({
    name: slot.name,
    otherwise: `${node.path}.weight`,
    role: "parameter",
    type: { dtype, shape: [filters, perGroup, ...kernel] },
    values,
    span: node.span,
  });
}
