import type { ValueId } from "../../../ir/graph.js";
import type { Padding, Pair } from "../../../ops/window-arithmetic.js";
import { nchwcDomain } from "../model-writer.js";
import type { RowBuffer } from "./buffer.js";
import { isHalving, phasesOfGradient, pooledTwice } from "./first-maxima.js";
import type { Lowering } from "./lowering.js";
import { isMaxPoolGradient } from "./neighbour-ops.js";
import { woven } from "./phases.js";
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
      overhang = [0, 0],
    } = node.attributes as {
      readonly kernel: Pair;
      readonly stride: Pair;
      readonly padding: Padding;
      readonly count_include_pad?: boolean;
      readonly overhang?: Pair;
    };
    // Padding that counts together with padding that does not needs two nodes.
    if (counted === true && overhang.some((cells) => cells > 0)) return false;
    const { buffer, order } = site.together(x);
    if (type === "MaxPool" && isHalving({ kernel, stride, padding }, buffer.shape) && hasGradient(site, output)) {
      const { rowMaxima, pooled } = pooledTwice(site, buffer);
      site.shared.rowMaxima.set(output, rowMaxima);
      site.setOrdered(output, { buffer: site.buffer(site.shapeFor(output), pooled, "maps", buffer.origins), order });
      return true;
    }
    const attributes = { kernel_shape: kernel, pads: padding, strides: stride };
    const all = counted === undefined ? attributes : { ...attributes, count_include_pad: counted ? 1 : 0 };
    const name = site.writer.one(`${nchwcDomain}:${type}`, [buffer.as("maps")], all);
    site.setOrdered(output, { buffer: site.buffer(site.shapeFor(output), name, "maps", buffer.origins), order });
    return true;
  };
}

const hasGradient = (site: BlockedSite, output: ValueId): boolean =>
  site.neighbours.readersOf(output).some((reader) => isMaxPoolGradient(reader) && reader.inputs[1] === output);

export const maxPool = pool("MaxPool");
export const avgPool = pool("AveragePool");

/**
 * The gradient goes to the first maximum of each window, row by row: for each tap, whether the shifted map equals the maximum
 * and no earlier tap did. Taps with the same remainder by the stride belong to one phase of the input, where their shares are
 * added up; at the end the phases are interleaved. For windows that overlap by less than a stride and cover the map.
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
  const rowMaxima = site.shared.rowMaxima.get(y);
  if (rowMaxima !== undefined) {
    const { buffer, order } = site.together(x);
    const [pooled, gradient] = [site.inOrder(y, order).as("maps"), site.inOrder(g, order).as("maps")];
    const phases = phasesOfGradient(site, { input: buffer, rowMaxima, pooled, gradient });
    site.setOrdered(output, { buffer: woven(site, buffer.shape, phases), order });
    return true;
  }
  const size = site.sizesOf(x).slice(2) as unknown as Pair;
  const result = site.sizesOf(y).slice(2) as unknown as Pair;
  if (
    [0, 1].some((axis) => (size[axis as 0 | 1] as number) !== (result[axis as 0 | 1] as number) * stride[axis as 0 | 1])
  )
    return false;
  const { buffer: input, order } = site.together(x);
  const [pooled, gradient] = [site.inOrder(y, order), site.inOrder(g, order)];
  const made = tapByTap(site, { input, pooled, gradient }, { kernel, stride, padding, result });
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

function tapByTap(
  site: BlockedSite,
  { input, pooled, gradient }: Maps,
  { kernel, stride, padding, result }: PoolWindow,
): RowBuffer {
  const { writer } = site;
  const { channels, batch, block } = input.shape;
  const y = pooled.as("maps");
  let unclaimed = gradient.as("maps");
  const phases = new Map<string, string>();
  const taps = kernel[0] * kernel[1];
  for (let tap = 0; tap < taps; tap++) {
    const at: Pair = [Math.floor(tap / kernel[1]) - padding[0], (tap % kernel[1]) - padding[1]];
    const phase: Pair = [((at[0] % stride[0]) + stride[0]) % stride[0], ((at[1] % stride[1]) + stride[1]) % stride[1]];
    const shift: Pair = [Math.floor(at[0] / stride[0]), Math.floor(at[1] / stride[1])];
    const seen = lookedAt(site, strided(site, input, phase, stride), shift).as("maps");
    const share = writer.one("Mul", [writer.one("Cast", [writer.one("Equal", [seen, y])], { to: 1 }), unclaimed]);
    if (tap + 1 < taps) unclaimed = writer.one("Sub", [unclaimed, share]);
    const back = movedBack(site, share, shift, channels * batch);
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

/** One phase of a map: every stride-th row and column, starting at an offset. */
function strided(site: BlockedSite, map: RowBuffer, from: Pair, stride: Pair): RowBuffer {
  const { writer } = site;
  const { height, width } = map.shape;
  const bounds = [from, [height, width], [2, 3], stride].map((list) => writer.int64s(list));
  const shape = { ...map.shape, height: height / stride[0], width: width / stride[1] };
  return site.buffer(shape, writer.one("Slice", [map.as("blocks"), ...bounds]), "blocks");
}

/** The map shifted so that cell i is cell i + shift; outside the map, a value that is never the maximum. */
function lookedAt(site: BlockedSite, map: RowBuffer, [down, right]: Pair): RowBuffer {
  if (down === 0 && right === 0) return map;
  const { writer } = site;
  // Negative padding crops: what is cut off at one side is added at the other.
  const pads = [0, 0, -down, -right, 0, 0, 0, down, right, 0];
  const fill = writer.floats(Number.NEGATIVE_INFINITY);
  const name = writer.one("Pad", [map.as("blocks"), writer.int64s(pads), fill], { mode: "constant" });
  return site.buffer(map.shape, name, "blocks");
}

/**
 * The map shifted back, so that cell i + shift is cell i, with zeros outside: by a depthwise convolution with a single one in
 * its filter, which uses many threads (Pad uses one).
 */
function movedBack(site: BlockedSite, map: string, shift: Pair, maps: number): string {
  if (shift[0] === 0 && shift[1] === 0) return map;
  const { writer } = site;
  const [height, width] = shift.map((cells) => Math.abs(cells) + 1) as [number, number];
  // A filter that looks ahead has its one at the end, and zeros after the map; one that looks back, the other way round.
  const place = (cells: number): number => (cells < 0 ? -cells : 0);
  const ones = Array.from({ length: height * width }, (_, i) =>
    i === place(shift[0]) * width + place(shift[1]) ? 1 : 0,
  );
  // Filters are in blocks of channels too.
  const spread = writer.int64s([maps / site.block, height * width, site.block]);
  const filter = site.reshaped(writer.one("Expand", [writer.floats(ones, [1, height * width, 1]), spread]), [
    maps,
    1,
    height,
    width,
  ]);
  const [above, before] = shift.map((cells) => Math.max(0, cells)) as [number, number];
  const [below, behind] = shift.map((cells) => Math.max(0, -cells)) as [number, number];
  return writer.one(`${nchwcDomain}:Conv`, [map, filter], {
    group: maps,
    kernel_shape: [height, width],
    pads: [above, before, below, behind],
    strides: [1, 1],
    dilations: [1, 1],
  });
}
