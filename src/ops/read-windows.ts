/** The windows of ONNX nodes: convolutions and pools. */
import { isProblem, type Problem } from "../diagnostics/diagnostic.js";
import type { ValueId } from "../ir/graph.js";
import type { Dim, Shape } from "../ir/shape.js";
import type { OnnxNode, OnnxReader, OnnxReadSite, Reading } from "./onnx-node.js";
import { type PoolAttributes, resolvePool } from "./pooling.js";
import { only } from "./read-nodes.js";
import { toSignedSizes } from "./signed-sizes.js";
import { type Padding, type Pair, spanOfKernel } from "./window-arithmetic.js";

/** A window over height and width, or why there is none. */
interface FileWindow {
  readonly kernel: Pair;
  readonly stride: Pair;
  readonly padding: Padding;
  readonly dilation: Pair;
}

/** A sequence [N, C, L] is counted as a map [N, C, 1, L] of height 1; other sizes are unchanged. */
export const mapShape = <D>(shape: readonly D[], one: D): readonly D[] =>
  shape.length === 3 ? [...shape.slice(0, 2), one, ...shape.slice(2)] : shape;

/** The tensor as a map. */
export const asMap = (site: OnnxReadSite<never>, x: ValueId): ValueId | Problem =>
  site.typeOf(x).shape.length === 3
    ? site.one("reshape", [x], { shape: toSignedSizes(mapShape<Dim>(site.typeOf(x).shape, 1)) })
    : x;

/** The result for what {@link asMap} made of a tensor of this rank. */
export function asBefore(site: OnnxReadSite<never>, made: Reading, rank: number): Reading {
  if (rank !== 3 || isProblem(made)) return made;
  const [map] = made as readonly [ValueId];
  const shape = site.typeOf(map).shape.filter((_, axis) => axis !== 2);
  return only(site.one("reshape", [map], { shape: toSignedSizes(shape) }));
}

/** The window over a map or sequence of this shape. `weight`: the weight's sizes, which give the kernel if no attribute does. */
export function windowOfNode(
  node: OnnxNode,
  given: Shape,
  weight: readonly number[] | undefined,
): FileWindow | Problem {
  if (given.length !== 4 && given.length !== 3)
    return node.refuse(`it goes over ${given.length - 2} axes; lferc counts windows over one or two`);
  const shape = mapShape<Dim>(given, 1);
  const isLine = given.length === 3;
  const lifted = (numbers: readonly number[] | undefined): readonly number[] | undefined =>
    isLine && numbers?.length === 1 ? [1, ...numbers] : numbers;
  const kernel = lifted(node.attributes.ints("kernel_shape")) ?? lifted(weight?.slice(2)) ?? [];
  const stride = lifted(node.attributes.ints("strides")) ?? [1, 1];
  const dilation = lifted(node.attributes.ints("dilations")) ?? [1, 1];
  const lengths = [kernel.length, stride.length, dilation.length];
  if (lengths.some((length) => length !== 2))
    return node.refuse("its kernel, strides or dilations are not two numbers");
  const geometry = { kernel: kernel as Pair, stride: stride as Pair, dilation: dilation as Pair };
  const padding = paddingOf(node, geometry, shape.slice(2), isLine);
  return isProblem(padding) ? padding : { ...geometry, padding };
}

type Geometry = Omit<FileWindow, "padding">;

function paddingOf(
  node: OnnxNode,
  { kernel, stride, dilation }: Geometry,
  map: Shape,
  isLine: boolean,
): Padding | Problem {
  const mode = node.attributes.text("auto_pad", "NOTSET");
  const given = node.attributes.ints("pads") ?? (isLine ? [0, 0] : [0, 0, 0, 0]);
  const [before = 0, after = 0] = given;
  const pads = isLine && given.length === 2 ? [0, before, 0, after] : given;
  if (mode !== "NOTSET" && pads.some((cells) => cells !== 0)) {
    return node.refuse(`it pads by ${pads.join(", ")} and by auto_pad ${mode}; only one of them can hold`);
  }
  if (mode === "VALID") return [0, 0, 0, 0];
  if (mode === "SAME_UPPER" || mode === "SAME_LOWER") {
    const sides = ([0, 1] as const).map((axis): Pair => {
      const size = map[axis];
      if (typeof size !== "number") return [0, 0];
      const positions = Math.ceil(size / stride[axis]);
      const all = Math.max(0, (positions - 1) * stride[axis] + spanOfKernel(kernel[axis], dilation[axis]) - size);
      const [less, more] = [Math.floor(all / 2), Math.ceil(all / 2)];
      return mode === "SAME_UPPER" ? [less, more] : [more, less];
    });
    const [[top, bottom], [left, right]] = sides as [Pair, Pair];
    return [top, left, bottom, right];
  }
  if (mode !== "NOTSET" || pads.length !== 4) return node.refuse("its padding is not four numbers");
  return pads as unknown as Padding;
}

/** An optional bias of a convolution: input 2. */
export const biasOf = (site: OnnxReadSite<never>, channels: number): readonly (ValueId | Problem)[] =>
  site.has(2) ? [site.weight(2, "parameter", [channels])] : [];

/** The attributes of a pool, with ceil_mode as padding at the end. */
export function poolOf(node: OnnxNode) {
  const shape = mapShape<Dim>(node.shapeOf(0), 1);
  const window = windowOfNode(node, node.shapeOf(0), undefined);
  if (isProblem(window)) return window;
  const { dilation, ...pool } = window;
  if (dilation.some((step) => step !== 1)) return node.refuse("its window is dilated, which lferc does not count");
  const args = { ...pool, ceil_mode: node.attributes.int("ceil_mode", 0) === 1 };
  const resolved = resolvePool(args, [{ dtype: "float32", shape }]);
  return isProblem(resolved) ? node.refuse(resolved.diagnose({}).message) : resolved;
}

/** Whether a pool with a window of one cell is the identity. */
function leavesAlone({ kernel, stride, padding }: PoolAttributes): boolean {
  return [...kernel, ...stride].every((size) => size === 1) && padding.every((cells) => cells === 0);
}

/**
 * Pools with a window of one cell: exporters write them for adaptive pools whose size already fits. `look` reads the node
 * type's other attributes.
 */
export const poolsOfOneCell = (nodeType: string, look: (node: OnnxNode) => void): OnnxReader<{ size: Pair }> => ({
  nodeTypes: [nodeType],
  takes: (node) => {
    const pool = poolOf(node);
    look(node);
    const isMap = node.shapeOf(0).length === 4;
    return (
      isMap &&
      !isProblem(pool) &&
      leavesAlone(pool) &&
      node.shapeOf(0).every((dim, i) => i < 2 || typeof dim === "number")
    );
  },
  read: (site) => {
    const [, , height, width] = site.shapeOf(0);
    return site.make([site.tensor(0)], { size: [Number(height), Number(width)] });
  },
});
