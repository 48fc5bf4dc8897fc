import { invariant } from "../../../diagnostics/invariant.js";
/** Batch norms as LayerNormalization of every row, and their gradients. */
import type { ValueId } from "../../../ir/graph.js";
import { microsoftDomain } from "../model-writer.js";
import { activationOf, affine, byProducts, inLanes, publishStatistics, statisticsOf } from "./batch-norm.js";
import { cellsOf, naturalOrder, sameOrder } from "./buffer.js";
import type { Lowering } from "./lowering.js";
import { isNormInTraining } from "./neighbour-ops.js";
import type { BlockedSite } from "./site.js";

/**
 * LayerNormalization of every row computes the normalised x with many threads, accurately for any mean. The gradient needs it in place
 * of x.
 */
export const batchNormByRows: Lowering = (site, node) => {
  const [x, weight, bias] = node.inputs as readonly [ValueId, ValueId, ValueId];
  const output = node.outputs[0] as ValueId;
  if (!site.canBeRows(x)) return false;
  const found = statisticsOf(site, node);
  publishStatistics(site, node, found);
  const { order, map, columns } = found;
  const { shape } = map;
  const activation = activationOf(site, output);
  const [scale, level] = [weight, bias].map((value) => {
    const isStoredSo = sameOrder(site.layouts.get(value)?.[0] ?? naturalOrder(order.length), order);
    const ready = isStoredSo ? site.shared.lanes.get(value) : undefined;
    // Called even if the result is unused: it records in which order the slot is best stored.
    const vector = site.inLayout(value, [order]);
    return ready ?? inLanes(site, vector, shape);
  }) as [string, string];
  const name = affine(site, map, { scale, level }, activation?.attributes);
  const made = site.buffer(site.shapeFor(output), name, "lanes", map.origins);
  site.setOrdered(activation?.node.outputs[0] ?? output, { buffer: made, order });
  if (activation !== undefined) site.shared.absorbed.add(activation.node);
  const [, inverse] = columns ?? ["", ""];
  // Keyed by the variance, because several norms may read the same map.
  const variance = node.outputs[2] as ValueId;
  site.shared.normals.set(variance, map.as("vectors"));
  site.shared.normsByRows.push({ variance, weight, inverse, order, cells: cellsOf(shape) });
  return true;
};

/** The factors that the gradients of all norms by rows need, computed at once: k as a filter, -k / M as [C, B, 1]. */
function prepareGradients(site: BlockedSite): void {
  const { writer, block } = site;
  const norms = site.shared.normsByRows.splice(0);
  const counts = norms.map(({ order }) => order.length);
  const total = counts.reduce((sum, count) => sum + count, 0);
  const inverses = writer.one(
    "Concat",
    norms.map(({ inverse }) => inverse),
    { axis: 0 },
  );
  const scales = writer.one(
    "Concat",
    norms.map(({ weight, order }) => site.inLayout(weight, [order])),
    { axis: 0 },
  );
  const k = writer.one("Mul", [inverses, site.reshaped(scales, [total, 1, 1])]);
  const sizes = norms.map(({ order, cells }) => [order.length, cells] as const);
  const parts = writer.table(`parts ${sizes.join(" ")}`, () =>
    Float32Array.from(sizes.flatMap(([count, cells]) => new Array<number>(count).fill(-1 / cells))),
  );
  const lanes = spreadOver(site, k, [total, block, 1]);
  const perCell = writer.one("Mul", [lanes, site.reshaped(parts, [total, 1, 1])]);
  const split = (all: string, times: number): readonly string[] => {
    const lengths = writer.int64s(counts.map((count) => count * times));
    return norms.length === 1 ? [all] : writer.node("Split", [all, lengths], { axis: 0 }, norms.length);
  };
  const filters = split(site.reshaped(lanes, [total * block, 1, 1, 1]), block);
  const perCells = split(perCell, 1);
  for (const [i, { variance }] of norms.entries()) {
    site.shared.waysBack.set(variance, { k: filters[i] as string, perCell: perCells[i] as string });
  }
}

const spreadOver = ({ writer }: BlockedSite, column: string, sizes: readonly number[]): string =>
  writer.one("Expand", [column, writer.int64s(sizes)]);

/** The gradient of {@link batchNormByRows}, where z is the normalised x: dx = k (dy - db / M - z dw / M), dw = sum of dy z. */
export const batchNormByRowsGradient: Lowering = (site, node, fallback) => {
  const [x, , , variance, g] = node.inputs as readonly [ValueId, ValueId, ValueId, ValueId, ValueId];
  const [forX, forWeight, forBias] = node.outputs as readonly [ValueId, ValueId, ValueId];
  const normal = site.shared.normals.get(variance);
  if (normal === undefined) return fallback();
  if (!site.shared.waysBack.has(variance)) prepareGradients(site);
  const wayBack = site.shared.waysBack.get(variance);
  invariant(wayBack !== undefined, "a norm by rows has its way back");
  const { k: scale, perCell } = wayBack;
  const { writer } = site;
  const { buffer: input, order } = site.together(x);
  const { shape } = input;
  const normals = site.buffer(shape, normal, "vectors", input.origins);
  const gradient = site.inOrder(g, order);
  const db = writer.one("ReduceSum", [gradient.as("vectors"), writer.int64s([2])], { keepdims: 1 });
  const dw = writer.one(`${microsoftDomain}:FusedMatMul`, [gradient.as("vectors"), normals.as("vectors")], {
    transB: 1,
  });
  const [c, d] = [dw, db].map((sum) => writer.one("Mul", [perCell, sum])) as [string, string];
  // A bias is read in any shape; a filter needs its own.
  const sum = affine(site, normals, { scale: site.reshaped(c, [shape.channels * shape.block, 1, 1, 1]), level: d });
  const name = affine(site, gradient, { scale, sum });
  site.setOrdered(forX, { buffer: site.buffer(shape, name, "lanes", input.origins), order });
  site.setColumn(forWeight, { name: dw, order });
  site.setColumn(forBias, { name: db, order });
  return true;
};

/**
 * Scales and biases of norms in every lane, as {@link batchNormByRows} reads them, gathered from the one tensor of state that stores
 * them all: two nodes instead of one for each.
 */
export function prepareLanes(
  site: BlockedSite,
  state: string,
  places: readonly { readonly value: ValueId; readonly offset: number; readonly length: number }[],
): void {
  const read = new Set(
    site.graph.nodes.filter(isNormInTraining).flatMap(({ inputs }) => {
      const x = inputs[0] as ValueId;
      return site.canBeRows(x) && !byProducts(site, x) ? inputs.slice(1, 3) : [];
    }),
  );
  const wanted = places.filter(({ value }) => read.has(value));
  if (wanted.length < 2) return;
  const { writer, block } = site;
  const spans = wanted.map(({ offset, length }) => [offset, length] as const);
  const table = writer.table(`norms of ${state} ${spans.join(" ")}`, () =>
    Int32Array.from(spans.flatMap(([offset, length]) => Array.from({ length }, (_, i) => offset + i))),
  );
  const total = spans.reduce((sum, [, length]) => sum + length, 0);
  const column = writer.one("Gather", [state, writer.reshape(table, [total, 1])], { axis: 0 });
  const spread = site.reshaped(spreadOver(site, column, [total, block]), [total * block, 1, 1, 1]);
  const lengths = writer.int64s(spans.map(([, length]) => length * block));
  const parts = writer.node("Split", [spread, lengths], { axis: 0 }, spans.length);
  for (const [i, { value }] of wanted.entries()) site.shared.lanes.set(value, parts[i] as string);
}
