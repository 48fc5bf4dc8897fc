/** Reads ONNX's Resize and Upsample: sizes or scales of axes, by several rules, to the new size of a map. */
import { isProblem, type Problem } from "../diagnostics/diagnostic.js";
import type { Dim, Shape } from "../ir/shape.js";
import type { OnnxNode, OnnxReader } from "./onnx-node.js";
import { areAxes, counted } from "./read-nodes.js";
import type { Pair } from "./window-arithmetic.js";

/** The axes that the node's sizes or scales belong to, in their order. */
function axesOf(node: OnnxNode, rank: number): readonly number[] | Problem {
  const given = node.attributes.ints("axes");
  const axes = given?.map((axis) => counted(axis, rank)) ?? Array.from({ length: rank }, (_, axis) => axis);
  return areAxes(axes, rank) ? axes : node.refuse(`its axes are ${given?.join(", ")}, of ${rank}`);
}

/** How the requested sizes are adapted to the picture's proportions (ONNX, Resize, keep_aspect_ratio_policy). */
const policies: Readonly<Record<string, (scales: readonly number[]) => number | undefined>> = {
  stretch: () => undefined,
  not_larger: (scales) => Math.min(...scales),
  not_smaller: (scales) => Math.max(...scales),
};

/** Sizes and scales are at different inputs in different opsets; Resize's second input is for crops. */
function askedFor(node: OnnxNode): { readonly sizes: readonly Dim[] } | { readonly scales: readonly Dim[] } | Problem {
  const isUpsample = node.opType === "Upsample";
  const isOld = isUpsample || node.opset < 11;
  if (!isOld) node.input(1);
  const sizes = isOld ? undefined : node.numbers(3);
  const scales = node.numbers(isOld ? 1 : 2) ?? (isUpsample ? node.attributes.floats("scales") : undefined);
  if (isProblem(sizes)) return sizes;
  if (isProblem(scales)) return scales;
  const [hasSizes, hasScales] = [sizes, scales].map((list) => list !== undefined && list.length > 0);
  if (hasSizes && hasScales) return node.refuse("it has sizes and scales; only one of them can hold");
  if (sizes !== undefined && hasSizes) return { sizes };
  if (scales !== undefined && hasScales) return { scales };
  return node.refuse("it has neither sizes nor scales");
}

/** The new shape: the sizes as given, or by the policy. A scaled size is rounded down, in float32 as runtimes compute it. */
function newShape(node: OnnxNode, shape: Shape): Shape | Problem {
  const axes = axesOf(node, shape.length);
  if (isProblem(axes)) return axes;
  const asked = askedFor(node);
  if (isProblem(asked)) return asked;
  const policyName = node.attributes.text("keep_aspect_ratio_policy", "stretch");
  const policy = Object.hasOwn(policies, policyName) ? policies[policyName] : undefined;
  if (policy === undefined) return node.refuse(`it keeps proportions by "${policyName}", which lferc does not know`);
  const list = "sizes" in asked ? asked.sizes : asked.scales;
  if (list.length !== axes.length) return node.refuse(`it has ${list.length} sizes or scales for ${axes.length} axes`);
  const result: Dim[] = [...shape];
  const plain = (index: number): number => Number(list[index]);
  const size = (index: number): number => Number(shape[axes[index] ?? 0]);
  const all = axes.map((_, index) => index);
  const common = "sizes" in asked ? policy(all.map((index) => plain(index) / size(index))) : undefined;
  for (const [index, axis] of axes.entries()) {
    if (typeof shape[axis] !== "number") {
      // The batch is unchanged: its own size, or scale 1.
      const isLeft = "sizes" in asked ? JSON.stringify(list[index]) === JSON.stringify(shape[axis]) : list[index] === 1;
      if (!isLeft || common !== undefined) return node.refuse("it resizes the batch");
      continue;
    }
    if (common !== undefined) result[axis] = Math.floor(common * size(index) + 0.5);
    else
      result[axis] = "sizes" in asked ? plain(index) : Math.floor(Math.fround(Math.fround(plain(index)) * size(index)));
  }
  return result;
}

interface ResizeForm {
  readonly size: Pair;
  readonly mode: string;
  readonly align_corners: boolean;
}

export const resizingNodes: OnnxReader<ResizeForm> = {
  nodeTypes: ["Resize", "Upsample"],
  read: (site) => {
    const x = site.tensor(0);
    if (isProblem(x)) return x;
    const { shape } = site.typeOf(x);
    if (shape.length !== 4) return site.refuse("it resizes something else than a map");
    const wanted = newShape(site, shape);
    if (isProblem(wanted)) return wanted;
    const [, channels, height, width] = wanted;
    if (channels !== shape[1]) return site.refuse(`it makes ${String(channels)} channels of ${String(shape[1])}`);
    const { attributes } = site;
    const mode = attributes.text("mode", "nearest");
    if (mode !== "nearest" && mode !== "linear")
      return site.refuse(`it resizes in the mode "${mode}", which lferc does not count`);
    const places = attributes.text("coordinate_transformation_mode", "half_pixel");
    if (places === "tf_crop_and_resize")
      return site.refuse("it cuts a part out of the map, which lferc does not count");
    if (attributes.int("antialias", 0) !== 0)
      return site.refuse("it smooths while it shrinks, which lferc does not count");
    // Attributes of cubic modes, of crops, and of the choice between two cells at equal distance.
    attributes.pass("cubic_coeff_a", "exclude_outside", "extrapolation_value", "nearest_mode");
    return site.make([x], {
      size: [Number(height), Number(width)],
      mode: mode === "linear" ? "bilinear" : "nearest",
      align_corners: places === "align_corners" && mode === "linear",
    });
  },
};
