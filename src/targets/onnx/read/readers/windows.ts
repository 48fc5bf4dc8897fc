import { isProblem, type Problem } from "../../../../diagnostics/diagnostic.js";
import type { ValueId } from "../../../../ir/graph.js";
import { type PoolAttributes, resolvePool } from "../../../../ops/pooling.js";
import { type Padding, type Pair, spanOfKernel } from "../../../../ops/window-arithmetic.js";
import { type NodeReader, type NodeSite, only } from "../node-site.js";

/** A window over height and width, or why it is none. */
interface FileWindow {
  readonly kernel: Pair;
  readonly stride: Pair;
  readonly padding: Padding;
  readonly dilation: Pair;
}

function windowOf(site: NodeSite, map: ValueId, weight: readonly number[] | undefined): FileWindow | Problem {
  const { shape } = site.typeOf(map);
  if (shape.length !== 4) return site.refuse(`it goes over ${shape.length - 2} axes; lferc counts windows over two`);
  const kernel = site.attributes.ints("kernel_shape") ?? weight?.slice(2) ?? [];
  const stride = site.attributes.ints("strides") ?? [1, 1];
  const dilation = site.attributes.ints("dilations") ?? [1, 1];
  const lengths = [kernel.length, stride.length, dilation.length];
  if (lengths.some((length) => length !== 2))
    return site.refuse("its kernel, strides or dilations are not two numbers");
  const geometry = { kernel: kernel as Pair, stride: stride as Pair, dilation: dilation as Pair };
  const padding = paddingOf(site, geometry, shape.slice(2));
  return isProblem(padding) ? padding : { ...geometry, padding };
}

type Geometry = Omit<FileWindow, "padding">;

function paddingOf(site: NodeSite, { kernel, stride, dilation }: Geometry, map: readonly unknown[]): Padding | Problem {
  const mode = site.attributes.text("auto_pad", "NOTSET");
  const pads = site.attributes.ints("pads") ?? [0, 0, 0, 0];
  if (mode !== "NOTSET" && pads.some((cells) => cells !== 0)) {
    return site.refuse(`it pads by ${pads.join(", ")} and by auto_pad ${mode}; only one of them can hold`);
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
  if (mode !== "NOTSET" || pads.length !== 4) return site.refuse("its padding is not four numbers");
  return pads as unknown as Padding;
}

/** An optional bias: input 2. */
const biasOf = (site: NodeSite, channels: number): readonly (ValueId | Problem)[] =>
  site.has(2) ? [site.weight(2, "parameter", [channels])] : [];

export const conv: NodeReader = (site) => {
  const [x, weight] = [site.tensor(0), site.fixed(1)];
  if (isProblem(x)) return x;
  if (weight === undefined) return site.refuse("its weight is computed, not fixed");
  const window = windowOf(site, x, weight.dims);
  if (isProblem(window)) return window;
  const groups = site.attributes.int("group", 1);
  const [channels = 0, perGroup] = weight.dims;
  const input = site.typeOf(x).shape[1];
  if (typeof input !== "number" || input !== (perGroup ?? 0) * groups) {
    return site.refuse(`its weight is for ${(perGroup ?? 0) * groups} channels, and it gets ${String(input)}`);
  }
  if (weight.dims.slice(2).join() !== window.kernel.join())
    return site.refuse("its weight has another kernel than it says");
  const bias = biasOf(site, channels);
  return only(site.one("conv2d", [x, site.weight(1), ...bias], { channels, ...window, groups, bias: bias.length > 0 }));
};

export const convTranspose: NodeReader = (site) => {
  const [x, weight] = [site.tensor(0), site.fixed(1)];
  if (isProblem(x)) return x;
  if (weight === undefined) return site.refuse("its weight is computed, not fixed");
  if (
    site.attributes.ints("output_shape") !== undefined ||
    !["NOTSET", "VALID"].includes(site.attributes.text("auto_pad", "NOTSET"))
  ) {
    return site.refuse("its padding follows from the size of its result, which lferc does not count");
  }
  const window = windowOf(site, x, weight.dims);
  if (isProblem(window)) return window;
  const groups = site.attributes.int("group", 1);
  const output_padding = site.attributes.ints("output_padding") ?? [0, 0];
  if (weight.dims[0] !== site.typeOf(x).shape[1]) return site.refuse("its weight is for other channels than it gets");
  if (weight.dims.slice(2).join() !== window.kernel.join())
    return site.refuse("its weight has another kernel than it says");
  const channels = (weight.dims[1] ?? 0) * groups;
  const bias = biasOf(site, channels);
  const attributes = { channels, ...window, output_padding, groups, bias: bias.length > 0 };
  return only(site.one("conv2d_transpose", [x, site.weight(1), ...bias], attributes));
};

/** The attributes of a pool, with rounding up as padding at the end. */
function poolOf(site: NodeSite, x: ValueId) {
  const window = windowOf(site, x, undefined);
  if (isProblem(window)) return window;
  const { dilation, ...pool } = window;
  if (dilation.some((step) => step !== 1)) return site.refuse("its window is dilated, which lferc does not count");
  const resolved = resolvePool({ ...pool, ceil_mode: site.attributes.int("ceil_mode", 0) === 1 }, [site.typeOf(x)]);
  return isProblem(resolved) ? site.refuse(resolved.diagnose({}).message) : resolved;
}

/**
 * The size of a map that a window of one cell leaves as it is: what exporters make of an adaptive pool whose size fits
 * already. Nobody writes such a pool.
 */
function sizeLeftAlone(site: NodeSite, x: ValueId, { kernel, stride, padding }: PoolAttributes): Pair | undefined {
  const [height, width] = site.typeOf(x).shape.slice(2);
  const isOneCell = [...kernel, ...stride].every((size) => size === 1) && padding.every((cells) => cells === 0);
  return isOneCell && typeof height === "number" && typeof width === "number" ? [height, width] : undefined;
}

export const maxPool: NodeReader = (site) => {
  // The order of the indices, a second result that lferc does not give.
  site.attributes.pass("storage_order");
  const x = site.tensor(0);
  if (isProblem(x)) return x;
  const pool = poolOf(site, x);
  if (isProblem(pool)) return pool;
  const size = sizeLeftAlone(site, x, pool);
  if (size !== undefined) return only(site.one("adaptive_max_pool", [x], { size }));
  const { kernel, stride, padding } = pool;
  return only(site.one("max_pool", [x], { kernel, stride, padding }));
};

export const averagePool: NodeReader = (site) => {
  const x = site.tensor(0);
  if (isProblem(x)) return x;
  const pool = poolOf(site, x);
  if (isProblem(pool)) return pool;
  const size = sizeLeftAlone(site, x, pool);
  const count_include_pad = site.attributes.int("count_include_pad", 0) === 1;
  if (size !== undefined) return only(site.one("adaptive_avg_pool", [x], { size }));
  return only(site.one("avg_pool", [x], { ...pool, count_include_pad }));
};

export const globalAveragePool: NodeReader = (site) => only(site.one("global_avg_pool", [site.tensor(0)]));

export const globalMaxPool: NodeReader = (site) =>
  only(site.one("reduce_max", [site.tensor(0)], { axes: [2, 3], keep: true }));
