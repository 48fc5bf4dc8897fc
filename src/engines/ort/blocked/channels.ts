/** Splits, joins and shuffles: along channels they only rename rows; along height and width they move blocks. */
import type { ValueId } from "../../../ir/graph.js";
import type { RowBuffer, Rows } from "./buffer.js";
import type { Lowering } from "./lowering.js";
import type { BlockedSite } from "./site.js";

const anyRows = (site: { hasRows(value: ValueId): boolean }, values: readonly ValueId[]): boolean =>
  values.some((value) => site.hasRows(value));

/** Height and width are the third and fourth axis of both [C, N/B, H, W, B] and [N, C, H, W]. */
const isSpatial = (axis: unknown): axis is 2 | 3 => axis === 2 || axis === 3;

export const concat: Lowering = (site, node) => {
  const [output, { axis }] = [node.outputs[0] as ValueId, node.attributes];
  if (!site.canBeRows(output) || !anyRows(site, node.inputs)) return false;
  if (axis === 1) {
    site.setRows(
      output,
      node.inputs.flatMap((value) => site.rows(value)),
    );
    return true;
  }
  if (!isSpatial(axis)) return false;
  const order = site.commonOrder(node.inputs);
  const buffers = node.inputs.map((value) => site.inOrder(value, order));
  const parts = buffers.map((buffer) => buffer.as("blocks"));
  const name = site.writer.one("Concat", parts, { axis });
  site.setOrdered(output, {
    buffer: site.buffer(site.shapeFor(output), name, "blocks", buffers[0]?.origins),
    order,
  });
  return true;
};

export const split: Lowering = (site, node) => {
  const [x, { axis }] = [node.inputs[0] as ValueId, node.attributes];
  if (!site.canBeRows(x) || !site.hasRows(x)) return false;
  if (axis === 1) {
    const rows = site.rows(x);
    let from = 0;
    for (const output of node.outputs) {
      const count = site.sizesOf(output)[1] as number;
      site.setRows(output, rows.slice(from, from + count));
      from += count;
    }
    return true;
  }
  if (!isSpatial(axis)) return false;
  const { buffer, order } = site.together(x);
  let from = 0;
  for (const output of node.outputs) {
    const count = site.sizesOf(output)[axis] as number;
    site.setOrdered(output, { buffer: part(site, buffer, axis, { from, count }), order });
    from += count;
  }
  return true;
};

const greatestDivisor = (a: number, b: number): number => (b === 0 ? a : greatestDivisor(b, a % b));

/** Some rows (axis 2) or columns (3) of every map, in the largest possible pieces by one Gather (Slice and Split use one thread). */
function part(
  site: BlockedSite,
  buffer: RowBuffer,
  axis: 2 | 3,
  { from, count }: { readonly from: number; readonly count: number },
): RowBuffer {
  const { channels, batch, height, width, block } = buffer.shape;
  const maps = (channels * batch) / block;
  const [outer, length, inner] = axis === 2 ? [maps, height, width * block] : [maps * height, width, block];
  const piece = [count, length].reduce(greatestDivisor, from);
  const wanted = Array.from({ length: count / piece }, (_, i) => from / piece + i);
  const seen = buffer.reshaped([outer, length / piece, piece * inner]);
  const name = site.writer.one("Gather", [seen, site.writer.int64s(wanted)], { axis: 1 });
  const shape = { ...buffer.shape, ...(axis === 2 ? { height: count } : { width: count }) };
  return site.buffer(shape, name, [outer, wanted.length, piece * inner], buffer.origins);
}

export const slice: Lowering = (site, node) => {
  const [x, output] = [node.inputs[0] as ValueId, node.outputs[0] as ValueId];
  const { axis, from, to } = node.attributes as { readonly axis: number; readonly from: number; readonly to: number };
  if (!site.canBeRows(x) || !site.hasRows(x)) return false;
  if (axis === 1) {
    site.setRows(output, site.rows(x).slice(from, to));
    return true;
  }
  if (!isSpatial(axis)) return false;
  const { buffer, order } = site.together(x);
  site.setOrdered(output, { buffer: part(site, buffer, axis, { from, count: to - from }), order });
  return true;
};

export const channelShuffle: Lowering = (site, node) => {
  const [x, output] = [node.inputs[0] as ValueId, node.outputs[0] as ValueId];
  const groups = node.attributes.groups as number;
  if (!site.canBeRows(x) || !site.hasRows(x)) return false;
  const rows = site.rows(x);
  const perGroup = rows.length / groups;
  const shuffled: Rows = rows
    .map((_, place) => rows[(place % groups) * perGroup + Math.floor(place / groups)])
    .filter((row) => row !== undefined);
  site.setRows(output, shuffled);
  return true;
};

export const identity: Lowering = (site, node) => {
  const [x, output] = [node.inputs[0] as ValueId, node.outputs[0] as ValueId];
  if (!site.hasRows(x)) return false;
  site.setRows(output, site.rows(x));
  return true;
};
