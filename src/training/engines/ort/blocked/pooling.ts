import type { ValueId } from "../../../../ir/graph.js";
import type { Padding, Pair } from "../../../../ops/window-arithmetic.js";
import { nchwcDomain } from "../model-writer.js";
import type { RowBuffer } from "./buffer.js";
import type { Lowering } from "./lowering.js";
import type { BlockedSite } from "./site.js";

function pool(type: "MaxPool" | "AveragePool"): Lowering {
  return (site, node) => {
    const [x, output] = [node.inputs[0] as ValueId, node.outputs[0] as ValueId];
    if (!site.canBeRows(x)) return false;
    const {
      kernel,
      stride,
      padding,
      count_include_pad: counted,
    } = node.attributes as {
      readonly kernel: Pair;
      readonly stride: Pair;
      readonly padding: Padding;
      readonly count_include_pad?: boolean;
    };
    const { buffer, order } = site.together(x);
    const attributes = { kernel_shape: kernel, pads: padding, strides: stride };
    const all = counted === undefined ? attributes : { ...attributes, count_include_pad: counted ? 1 : 0 };
    const name = site.writer.one(`${nchwcDomain}:${type}`, [buffer.as("maps")], all);
    site.setOrdered(output, { buffer: site.buffer(site.shapeFor(output), name, "maps", buffer.origins), order });
    return true;
  };
}

export const maxPool = pool("MaxPool");
export const avgPool = pool("AveragePool");

/**
 * The gradient goes to the first maximum of each window, row by row: tap by tap, whether the shifted map equals the
 * maximum and no earlier tap did. Taps of equal remainder by the stride lie in one phase of the input, where their shares
 * are added up; the phases are woven together at the end. For windows that overlap by less than a stride and cover the map.
 */
export const maxPoolInputGradient: Lowering = (site, node) => {
  const [x, y, g] = node.inputs as readonly [ValueId, ValueId, ValueId];
  const output = node.outputs[0] as ValueId;
  const { kernel, stride, padding } = node.attributes as {
    readonly kernel: Pair;
    readonly stride: Pair;
    readonly padding: Padding;
  };
  if (!site.canBeRows(x)) return false;
  const size = site.sizesOf(x).slice(2) as unknown as Pair;
  const result = site.sizesOf(y).slice(2) as unknown as Pair;
  if (
    [0, 1].some((axis) => (size[axis as 0 | 1] as number) !== (result[axis as 0 | 1] as number) * stride[axis as 0 | 1])
  )
    return false;
  const { buffer: input, order } = site.together(x);
  const [pooled, gradient] = [site.inOrder(y, order), site.inOrder(g, order)];
  const made = woven(site, { input, pooled, gradient }, { kernel, stride, padding, result });
  site.setOrdered(output, { buffer: made, order });
  return true;
};

interface Maps {
  readonly input: RowBuffer;
  readonly pooled: RowBuffer;
  readonly gradient: RowBuffer;
}

interface PoolWindow {
  readonly kernel: Pair;
  readonly stride: Pair;
  readonly padding: Padding;
  readonly result: Pair;
}

function woven(
  site: BlockedSite,
  { input, pooled, gradient }: Maps,
  { kernel, stride, padding, result }: PoolWindow,
): RowBuffer {
  const { writer } = site;
  const y = pooled.as("blocks");
  let unclaimed = gradient.as("blocks");
  const { channels, batch, block } = input.shape;
  const phases = new Map<string, string>();
  const taps = kernel[0] * kernel[1];
  for (let tap = 0; tap < taps; tap++) {
    const at: Pair = [Math.floor(tap / kernel[1]) - padding[0], (tap % kernel[1]) - padding[1]];
    const phase: Pair = [((at[0] % stride[0]) + stride[0]) % stride[0], ((at[1] % stride[1]) + stride[1]) % stride[1]];
    const shift: Pair = [Math.floor(at[0] / stride[0]), Math.floor(at[1] / stride[1])];
    const seen = shifted(site, strided(site, input, phase, stride), shift, -3e38);
    const share = writer.one("Mul", [writer.one("Cast", [writer.one("Equal", [seen, y])], { to: 1 }), unclaimed]);
    if (tap + 1 < taps) unclaimed = writer.one("Sub", [unclaimed, share]);
    const back = shifted(site, share, [-shift[0], -shift[1]], 0);
    const key = phase.join(",");
    const sum = phases.get(key);
    phases.set(key, sum === undefined ? back : writer.one("Add", [sum, back]));
  }
  const maps = (channels * batch) / block;
  const zeros = (): string =>
    writer.one("Expand", [writer.floats([0]), writer.int64s([channels, batch / block, ...result, block])]);
  const rows = Array.from({ length: stride[0] }, (_, down): string => {
    const parts = Array.from({ length: stride[1] }, (_, right): string =>
      site.reshaped(phases.get(`${down},${right}`) ?? zeros(), [maps * result[0] * result[1], block]),
    );
    const row = parts.length === 1 ? (parts[0] as string) : writer.one("Concat", parts, { axis: 1 });
    return site.reshaped(row, [maps * result[0], result[1] * stride[1] * block]);
  });
  const all = rows.length === 1 ? (rows[0] as string) : writer.one("Concat", rows, { axis: 1 });
  return site.buffer(input.shape, all, [maps * result[0], result[1] * stride[1] * block * stride[0]], input.origins);
}

/** One phase of a map: every stride-th row and column from an offset, as [C, N/B, H, W, B]. */
function strided(site: BlockedSite, map: RowBuffer, from: Pair, stride: Pair): string {
  const { writer } = site;
  const bounds = [from, [map.shape.height, map.shape.width], [2, 3], stride].map((list) => writer.int64s(list));
  return writer.one("Slice", [map.as("blocks"), ...bounds]);
}

/** The map moved so that cell i shows cell i + shift, with `fill` where nothing is. */
function shifted(site: BlockedSite, map: string, [down, right]: Pair, fill: number): string {
  if (down === 0 && right === 0) return map;
  const { writer } = site;
  // A pad below zero cuts: what leaves at one side comes in at the other.
  const pads = [0, 0, -down, -right, 0, 0, 0, down, right, 0];
  return writer.one("Pad", [map, writer.int64s(pads), writer.floats(fill)], { mode: "constant" });
}
