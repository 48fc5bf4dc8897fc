/** Splits, joins and shuffles: of channels they only rename rows; of height and width they move blocks. */
import type { ValueId } from "../../../../ir/graph.js";
import type { Rows } from "./buffer.js";
import type { Lowering } from "./lowering.js";

const anyRows = (site: { hasRows(value: ValueId): boolean }, values: readonly ValueId[]): boolean =>
  values.some((value) => site.hasRows(value));

/** Height and width are the third and fourth axis of [C, N/B, H, W, B] as of [N, C, H, W]. */
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
  const [x, { axis, sizes }] = [node.inputs[0] as ValueId, node.attributes];
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
  const { writer } = site;
  const lengths = writer.int64s(sizes as readonly number[]);
  const parts = writer.node("Split", [buffer.as("blocks"), lengths], { axis }, node.outputs.length);
  for (const [i, output] of node.outputs.entries()) {
    const name = parts[i] as string;
    site.setOrdered(output, { buffer: site.buffer(site.shapeFor(output), name, "blocks", buffer.origins), order });
  }
  return true;
};

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
  const bounds = [[from], [to], [axis]].map((list) => site.writer.int64s(list));
  const name = site.writer.one("Slice", [buffer.as("blocks"), ...bounds]);
  site.setOrdered(output, { buffer: site.buffer(site.shapeFor(output), name, "blocks", buffer.origins), order });
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
