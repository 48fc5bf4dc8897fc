/** The kernel that computes a sum of convolutions. */
import { type Graph, typeOf, type ValueId } from "../ir/graph.js";
import type { Convolution, KernelWindow, Scaling, Summed } from "./branches.js";
import type { GraphRewriter } from "./graph-rewriter.js";
import { valuesLike, type WeightValues } from "./weighted-graph.js";

/** The cells that a kernel reads along an axis: `first`, `first` + `step`, ..., `last` from the place of its result. */
interface Reach {
  readonly first: number;
  readonly last: number;
  readonly step: number;
}

/** `axis` 0 is the height. */
function reachOf({ node: { attributes } }: Convolution, axis: 0 | 1): Reach {
  const [kernel, padding, dilation] = [attributes.kernel, attributes.padding, attributes.dilation] as [
    readonly number[],
    readonly number[],
    readonly number[],
  ];
  const [size, before, step] = [kernel[axis], padding[axis], dilation[axis]] as [number, number, number];
  return { first: -before, last: (size - 1) * step - before, step: size === 1 ? 0 : step };
}

/** What all of them reach; undefined if their taps do not lie on one grid. */
function union(reaches: readonly Reach[]): Reach | undefined {
  const steps = new Set(reaches.map(({ step }) => step).filter((step) => step > 0));
  const firsts = reaches.map(({ first }) => first);
  const first = Math.min(...firsts);
  const last = Math.max(...reaches.map((reach) => reach.last));
  if (steps.size > 1) return undefined;
  // Single taps alone may lie anywhere; their distances then are multiples of one cell.
  const [step = 1] = steps;
  return firsts.every((each) => (each - first) % step === 0) ? { first, last, step } : undefined;
}

/**
 * The window of the sum, `isScaled` if the source itself is among its terms; undefined if the kernel would have more taps than the
 * kernels have together, or if sizes are open.
 */
export function mergedWindow(
  graph: Graph,
  convolutions: readonly Convolution[],
  isScaled: boolean,
): KernelWindow | undefined {
  const [{ source, value, node }] = convolutions as [Convolution];
  const own: readonly Reach[] = isScaled ? [{ first: 0, last: 0, step: 0 }] : [];
  const along = (axis: 0 | 1) => {
    const reach = union([...convolutions.map((each) => reachOf(each, axis)), ...own]);
    const [from, to] = [typeOf(graph, source).shape[axis + 2], typeOf(graph, value).shape[axis + 2]];
    // A window is padded before the map, never cut there.
    if (reach === undefined || reach.first > 0 || typeof from !== "number" || typeof to !== "number") return undefined;
    const stride = (node.attributes.stride as readonly number[])[axis] as number;
    return { ...reach, after: Math.max(0, (to - 1) * stride + reach.last + 1 - from) };
  };
  const [rows, columns] = [along(0), along(1)];
  if (rows === undefined || columns === undefined) return undefined;
  const sizeOf = ({ first, last, step }: Reach): number => (last - first) / step + 1;
  const kernel = [sizeOf(rows), sizeOf(columns)] as const;
  const taps = convolutions.reduce((sum, each) => {
    const [height, width] = each.node.attributes.kernel as readonly [number, number];
    return sum + height * width;
  }, 0);
  if (kernel[0] * kernel[1] > taps) return undefined;
  const padding = [-rows.first, -columns.first, rows.after, columns.after] as const;
  return { kernel, padding, dilation: [rows.step, columns.step] };
}

/** The weight of the sum, and its bias if a term has one. */
export function sumOfBranches<W extends WeightValues>(
  rewriter: GraphRewriter<W>,
  { branches, base, window }: Summed,
): readonly ValueId[] {
  const { kernel, padding, dilation } = window;
  const [, weightValue = -1] = base.node.inputs;
  const { dtype, shape } = rewriter.typeOf(weightValue);
  const [filters, perGroup] = shape as readonly [number, number];
  const like = rewriter.slot(weightValue)?.values as W;
  const [height, width] = kernel;
  const weight = new Float64Array(filters * perGroup * height * width);
  const bias = new Float64Array(filters);
  let hasBias = false;
  /** The place of the tap of filter `o` for its input channel `i` at these distances from its result. */
  const at = (o: number, i: number, down: number, across: number): number => {
    const u = (down + padding[0]) / dilation[0];
    const v = (across + padding[1]) / dilation[1];
    return ((o * perGroup + i) * height + u) * width + v;
  };
  const add = (values: Float64Array, place: number, value: number): void => {
    values[place] = (values[place] as number) + value;
  };
  for (const branch of branches) {
    if (branch.kind === "scaling") {
      const { scale, shift } = scalingOf(rewriter, branch, filters);
      for (let o = 0; o < filters; o++) {
        add(weight, at(o, o % perGroup, 0, 0), scale(o));
        add(bias, o, shift(o));
      }
      hasBias ||= branch.node !== undefined;
      continue;
    }
    const [taps, own] = branch.node.inputs.slice(1).map((value) => rewriter.slot(value)?.values);
    const { kernel: size, padding: before, dilation: step } = branch.node.attributes as unknown as KernelWindow;
    let from = 0;
    for (let plane = 0; plane < filters * perGroup; plane++) {
      const [o, i] = [Math.floor(plane / perGroup), plane % perGroup];
      for (let u = 0; u < size[0]; u++) {
        for (let v = 0; v < size[1]; v++) {
          add(weight, at(o, i, u * step[0] - before[0], v * step[1] - before[1]), taps?.[from++] as number);
        }
      }
    }
    for (let o = 0; own !== undefined && o < filters; o++) add(bias, o, own[o] as number);
    hasBias ||= own !== undefined;
  }
  const { path, span } = base.node;
  const name = rewriter.slot(weightValue)?.name ?? `${path}.weight`;
  const put = (of: string, wanted: string, sizes: readonly number[], values: Float64Array): ValueId => {
    const stored = valuesLike(like, values.length);
    stored.set(values);
    const type = { dtype, shape: sizes };
    return rewriter.addSlot({
      name: wanted,
      otherwise: `${path}.${of}`,
      role: "parameter",
      type,
      values: stored,
      span,
    });
  };
  const made = put("weight", name, [filters, perGroup, height, width], weight);
  const biasName = name.endsWith("weight") ? name.replace(/weight$/, "bias") : `${path}.bias`;
  return hasBias ? [made, put("bias", biasName, [filters], bias)] : [made];
}

/** What a term does to each channel. */
function scalingOf<W extends WeightValues>(rewriter: GraphRewriter<W>, { node }: Scaling, channels: number) {
  if (node === undefined) return { scale: () => 1, shift: () => 0 };
  const [weight, bias, mean, variance] = node.inputs.slice(1).map((value) => rewriter.slot(value)?.values) as [
    W,
    W,
    W,
    W,
  ];
  const epsilon = node.attributes.epsilon as number;
  const scales = Float64Array.from({ length: channels }, (_, o) => {
    return (weight[o] as number) / Math.sqrt((variance[o] as number) + epsilon);
  });
  const scale = (o: number): number => scales[o] as number;
  return { scale, shift: (o: number) => (bias[o] as number) - (mean[o] as number) * scale(o) };
}
