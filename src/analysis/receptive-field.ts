import { type Graph, type Node, typeOf, type ValueId } from "../ir/graph.js";
import type { Window } from "../ops/contracts.js";
import { findOp } from "../ops/registry.js";
import { spanOfKernel } from "../ops/window-arithmetic.js";

/** What one cell of a map sees of the picture, in picture cells, [height, width]. */
export interface ReceptiveField {
  /** Side lengths of the patch that one cell sees; each side along the path that sees most that way. */
  readonly size: readonly [number, number];
  /** Picture cells between two neighbouring cells of the map. */
  readonly jump: readonly [number, number];
  /** Path of the first node that sees this much; undefined where no window looks around. */
  readonly at: string | undefined;
}

/**
 * The same along one axis, on the way. Behind an op that makes a map larger, windows step by less than a `grain`, the
 * steps of the map before it: `count` neighbours there lie in at most ceil((count - 1) * jump / grain) + 1 of its cells.
 */
interface Along {
  /** What one cell of the last map that was made larger (or of the picture) sees. */
  readonly base: number;
  readonly grain: number;
  /** (span - 1) * jump of all windows since. */
  readonly reach: number;
  readonly jump: number;
}

const sizeOf = ({ base, grain, reach }: Along): number => base + Math.ceil(reach / grain) * grain;

/** The windows' rule: size += (span of the kernel - 1) * jump, then jump *= stride. */
function through(along: Along, span: number, stride: number): Along {
  return { ...along, reach: along.reach + (span - 1) * along.jump, jump: along.jump * stride };
}

/** To a map whose cells see `seen` neighbours each and lie `ratio` of a step apart. */
function enlarged(along: Along, seen: number, ratio: number): Along {
  const base = sizeOf(along) + (seen - 1) * along.jump;
  return { base, grain: along.jump, reach: 0, jump: along.jump * ratio };
}

type Axes = readonly [Along, Along];

interface Path {
  readonly axes: Axes;
  readonly at: string | undefined;
}

const fieldOf = ({ axes: [rows, columns], at }: Path): ReceptiveField => ({
  size: [sizeOf(rows), sizeOf(columns)],
  jump: [rows.jump, columns.jump],
  at,
});

const both = (axes: Axes, change: (along: Along, axis: 0 | 1) => Along): Axes => [
  change(axes[0], 0),
  change(axes[1], 1),
];

/** What the op makes of what its input's cells see. */
function behind(graph: Graph, node: Node, { axes, at }: Path): Path {
  const { attributes, path } = node;
  const window = findOp(node.op)?.window(attributes);
  if (window !== undefined) {
    const { kernel, dilation, stride } = window;
    const span = (axis: 0 | 1) => spanOfKernel(kernel[axis], dilation[axis]);
    return { axes: both(axes, (along, axis) => through(along, span(axis), stride[axis])), at: path };
  }
  if (node.op === "conv2d_transpose") {
    const { kernel, dilation, stride } = attributes as unknown as Window;
    // Neighbours whose stamps, a stride apart, overlap at one cell.
    const seen = (axis: 0 | 1) => Math.ceil(spanOfKernel(kernel[axis], dilation[axis]) / stride[axis]);
    return { axes: both(axes, (along, axis) => enlarged(along, seen(axis), 1 / stride[axis])), at: path };
  }
  if (node.op === "resize") {
    const sizes = (value: ValueId | undefined) => typeOf(graph, value as ValueId).shape as readonly number[];
    const [from, to] = [sizes(node.inputs[0]), sizes(node.outputs[0])];
    const seen = attributes.mode === "bilinear" ? 2 : 1;
    const ratio = (axis: 0 | 1) => (from[axis + 2] as number) / (to[axis + 2] as number);
    return { axes: both(axes, (along, axis) => enlarged(along, ratio(axis) === 1 ? 1 : seen, ratio(axis))), at: path };
  }
  return { axes, at };
}

const sees = (field: ReceptiveField): number => Math.max(field.size[0], field.size[1]);

/** Whether it sees more in one direction and no less in the other, or has the larger side. */
function covers(field: ReceptiveField, other: ReceptiveField): boolean {
  if (sees(field) !== sees(other)) return sees(field) > sees(other);
  return field.size[0] * field.size[1] > other.size[0] * other.size[1];
}

/** Ops that mix cells from all over a map, or lay them out anew: behind them no window of fixed size is left. */
const endsPath = new Set([
  "global_avg_pool",
  "adaptive_avg_pool",
  "adaptive_max_pool",
  "group_norm",
  "instance_norm",
  "matmul",
]);

/**
 * Whether cells do not stay where they are. Reductions, reshapes and transpositions may leave height and width, the last
 * two axes, alone: `mean(axes: [1], keep: true)`, `reshape(shape: [N, 2, 8, height(x), width(x)])`.
 */
function mixesMap(graph: Graph, { op, attributes, inputs, outputs }: Node): boolean {
  if (endsPath.has(op)) return true;
  const shapeOf = (value: ValueId | undefined) => typeOf(graph, value as ValueId).shape;
  const from = shapeOf(inputs[0]);
  const plane = from.length - 2;
  if (op.startsWith("reduce_")) return (attributes.axes as readonly number[]).some((axis) => axis >= plane);
  if (op === "transpose")
    return (attributes.permutation as readonly number[]).some((axis, place) => place >= plane && axis !== place);
  if (op !== "reshape") return false;
  const to = shapeOf(outputs[0]);
  return [1, 2].some((fromEnd) => to.at(-fromEnd) !== from.at(-fromEnd));
}

/** What a cell sees that is made from cells of two maps: the larger side of either, the coarser steps. */
function join(a: Path, b: Path): Path {
  const wider = (axis: 0 | 1): Along => {
    const [one, other] = [a.axes[axis], b.axes[axis]];
    const larger = sizeOf(other) > sizeOf(one) ? other : one;
    return { ...larger, jump: Math.max(one.jump, other.jump) };
  };
  return { axes: [wider(0), wider(1)], at: sees(fieldOf(b)) > sees(fieldOf(a)) ? b.at : a.at };
}

const onePixel: Along = { base: 1, grain: 1, reach: 0, jump: 1 };

/**
 * The largest receptive field of any map in the network (or of those made by the nodes `among`). It may pass the picture's
 * edge. Whatever mixes a whole map (global pools, flatten) or lays it out anew ends the path: it sees everything, not a
 * window. Behind maps that were made larger it is what the cells see that see most, and at most one cell of the smaller
 * map too much where several enlargements follow each other.
 */
export function receptiveField(graph: Graph, among?: (node: Node) => boolean): ReceptiveField {
  const paths: (Path | undefined)[] = new Array(graph.types.length);
  const start: Path = { axes: [onePixel, onePixel], at: undefined };
  for (const { value } of graph.inputs) paths[value] = start;
  let largest = fieldOf(start);
  for (const node of graph.nodes) {
    let widest: Path | undefined;
    for (const value of node.inputs) {
      const path = paths[value];
      if (path !== undefined) widest = widest === undefined ? path : join(widest, path);
    }
    if (widest === undefined || mixesMap(graph, node)) continue;
    const path = behind(graph, node, widest);
    const field = fieldOf(path);
    for (const value of node.outputs) {
      if (typeOf(graph, value).shape.length >= 4) paths[value] = path;
    }
    if (covers(field, largest) && (among === undefined || among(node))) largest = field;
  }
  return largest;
}
