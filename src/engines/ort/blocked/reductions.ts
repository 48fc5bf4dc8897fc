import type { ValueId } from "../../../ir/graph.js";
import { naturalOrder } from "./buffer.js";
import type { Lowering } from "./lowering.js";
import type { BlockedSite } from "./site.js";

const sameAxes = (axes: unknown, wanted: readonly number[]): boolean =>
  Array.isArray(axes) && axes.length === wanted.length && wanted.every((axis, i) => axes[i] === axis);

/** Sums and means over each map, or over a whole channel. */
function reduction(type: "ReduceMean" | "ReduceSum"): Lowering {
  return (site, node) => {
    const [x, output] = [node.inputs[0] as ValueId, node.outputs[0] as ValueId];
    const { axes, keep } = node.attributes;
    if (!site.canBeRows(x) || !site.hasRows(x)) return false;
    if (sameAxes(axes, [0, 2, 3])) {
      const { buffer, order } = site.together(x);
      const sums = site.writer.one(type, [buffer.as("cells"), site.writer.int64s([1])], { keepdims: 0 });
      site.setPlain(output, site.reshaped(site.putBack(sums, order), site.sizesOf(output)));
      return true;
    }
    if (!sameAxes(axes, [2, 3])) return false;
    return overMaps(site, type, x, output, keep === true);
  };
}

function overMaps(site: BlockedSite, type: string, x: ValueId, output: ValueId, keep: boolean): boolean {
  const { buffer, order } = site.together(x);
  const { channels, batch, height, width, block } = buffer.shape;
  const { writer } = site;
  const maps = buffer.reshaped([(channels * batch) / block, height * width, block]);
  const name = writer.one(type, [maps, writer.int64s([1])], { keepdims: 0 });
  const made = site.buffer(
    { ...buffer.shape, height: 1, width: 1 },
    name,
    [(channels * batch) / block, block],
    buffer.origins,
  );
  if (keep) site.setOrdered(output, { buffer: made, order });
  else {
    const natural = site.picked(
      made.as("cells"),
      order.map((_, channel) => order.indexOf(channel)),
    );
    site.setPlain(output, writer.one("Transpose", [natural], { perm: [1, 0] }));
  }
  return true;
}

export const reduceMean = reduction("ReduceMean");
export const reduceSum = reduction("ReduceSum");

export const globalAvgPool: Lowering = (site, node) => {
  const [x, output] = [node.inputs[0] as ValueId, node.outputs[0] as ValueId];
  return site.canBeRows(x) && site.hasRows(x) && overMaps(site, "ReduceMean", x, output, true);
};

/** Broadcasts one number, or one per sample and channel, to every cell of a map. */
export const broadcastTo: Lowering = (site, node) => {
  const [x, output] = [node.inputs[0] as ValueId, node.outputs[0] as ValueId];
  const [from, to] = [site.sizesOf(x), site.sizesOf(output)];
  if (!site.canBeRows(output)) return false;
  const shape = site.shapeFor(output);
  const { writer } = site;
  const { channels, batch, height, width, block } = shape;
  if (from.every((size) => size === 1)) {
    const single = site.reshaped(site.plain(x), [1, 1]);
    const sizes = writer.int64s([channels, batch * height * width]);
    const buffer = site.buffer(shape, writer.one("Expand", [single, sizes]), "cells");
    site.setOrdered(output, { buffer, order: naturalOrder(channels) });
    return true;
  }
  if (!site.canBeRows(x) || from[1] !== to[1] || from[2] !== 1 || from[3] !== 1) return false;
  const { buffer, order } = site.together(x);
  const single = buffer.reshaped([(channels * batch) / block, 1, block]);
  const sizes = [(channels * batch) / block, height * width, block];
  const name = writer.one("Expand", [single, writer.int64s(sizes)]);
  site.setOrdered(output, { buffer: site.buffer(shape, name, sizes, buffer.origins), order });
  return true;
};
