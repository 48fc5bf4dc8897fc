/** The windows of ONNX nodes: convolutions and pools. */
import { isProblem, type Problem } from "../diagnostics/diagnostic.js";
import type { ValueId } from "../ir/graph.js";
import type { Shape } from "../ir/shape.js";
import type { OnnxNode, OnnxReader, OnnxReadSite } from "./onnx-node.js";
import { type PoolAttributes, resolvePool } from "./pooling.js";
import { type Padding, type Pair, spanOfKernel } from "./window-arithmetic.js";

/** A window over height and width, or why there is none. */
interface FileWindow {
  readonly kernel: Pair;
  readonly stride: Pair;
  readonly padding: Padding;
  readonly dilation: Pair;
}

/** The window over a map of this shape. `weight`: the weight's sizes, which give the kernel if no attribute does. */
export function windowOfNode(
  node: OnnxNode,
  shape: Shape,
  weight: readonly number[] | undefined,
): FileWindow | Problem {
  if (shape.length !== 4) return node.refuse(`it goes over ${shape.length - 2} axes; lferc counts windows over two`);
  const kernel = node.attributes.ints("kernel_shape") ?? weight?.slice(2) ?? [];
  const stride = node.attributes.ints("strides") ?? [1, 1];
  const dilation = node.attributes.ints("dilations") ?? [1, 1];
  const lengths = [kernel.length, stride.length, dilation.length];
  if (lengths.some((length) => length !== 2))
    return node.refuse("its kernel, strides or dilations are not two numbers");
  const geometry = { kernel: kernel as Pair, stride: stride as Pair, dilation: dilation as Pair };
  const padding = paddingOf(node, geometry, shape.slice(2));
  return isProblem(padding) ? padding : { ...geometry, padding };
}

type Geometry = Omit<FileWindow, "padding">;

function paddingOf(node: OnnxNode, { kernel, stride, dilation }: Geometry, map: Shape): Padding | Problem {
  const mode = node.attributes.text("auto_pad", "NOTSET");
  const pads = node.attributes.ints("pads") ?? [0, 0, 0, 0];
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
  const shape = node.shapeOf(0);
  const window = windowOfNode(node, shape, undefined);
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
    return !isProblem(pool) && leavesAlone(pool) && node.shapeOf(0).every((dim, i) => i < 2 || typeof dim === "number");
  },
  read: (site) => {
    const [, , height, width] = site.shapeOf(0);
    return site.make([site.tensor(0)], { size: [Number(height), Number(width)] });
  },
});
