import type { Node, ValueId } from "../../../ir/graph.js";
import { findOp } from "../../../ops/registry.js";
import { naturalOrder, type View, viewShape } from "./buffer.js";
import type { Lowering } from "./lowering.js";
import type { BlockedSite } from "./site.js";

/** How an operand of an elementwise op is combined with rows of buffers. */
type Operand = "rows" | "scalar" | "per-channel";

function operandKind(site: BlockedSite, value: ValueId, [batch, channels]: readonly number[]): Operand | undefined {
  const sizes = site.sizesOf(value);
  if (sizes.every((size) => size === 1)) return "scalar";
  // [C, 1, 1] and [1, C, 1, 1]: one number for each channel.
  const [head, ...rest] = sizes.length === 4 && sizes[0] === 1 ? sizes.slice(1) : sizes;
  if (sizes.length >= 3 && head === channels && rest.length === 2 && rest.every((size) => size === 1))
    return "per-channel";
  return site.canBeRows(value) && sizes[0] === batch ? "rows" : undefined;
}

/** Views in which operands of equal size may be combined; one that already exists is preferred. */
const anyView: readonly View[] = ["cells", "maps", "lanes", "sequence", "vectors", "blocks"];

/**
 * An elementwise op on buffers in their own layout. Operands that are broadcast (a scalar, one number per channel, one per sample and
 * channel) are converted to that layout; if all are small, the graph's own form is used.
 */
export const elementwise: Lowering = (site, node) => {
  const output = node.outputs[0] as ValueId;
  if (!site.canBeRows(output)) return false;
  const sizes = site.sizesOf(output);
  const operands = node.inputs.map((value) => ({ value, kind: operandKind(site, value, sizes) }));
  if (operands.some(({ kind }) => kind === undefined)) return false;
  const maps = operands.filter(({ kind }) => kind === "rows").map(({ value }) => value);
  if (!maps.some((value) => site.hasRows(value)) && (sizes[2] as number) * (sizes[3] as number) === 1) return false;
  const full = maps.filter((value) => site.sizesOf(value).every((size, axis) => size === sizes[axis]));
  if (full.length === 0) return false;
  const order = site.commonOrder(full);
  const isFlat = full.length === maps.length;
  const buffers = full.map((value) => site.inOrder(value, order));
  const view: View = isFlat ? (sharedView(buffers.map((buffer) => buffer.prefers(anyView))) ?? "cells") : "blocks";
  const hasChannels = operands.some(({ kind }) => kind === "per-channel");
  const seen: View = hasChannels && view !== "blocks" ? "cells" : view;
  const inputs = operands.map(({ value, kind }) => {
    if (kind === "scalar") {
      // A scalar of higher rank would raise the rank of the result.
      const rank = viewShape(site.shapeFor(output), seen).length;
      return site.sizesOf(value).length > rank ? site.reshaped(site.plain(value), []) : site.plain(value);
    }
    if (kind === "per-channel") return perChannel(site, value, order, seen);
    const single = site.sizesOf(value)[1] === 1 && order.length > 1;
    return site.inOrder(value, single ? naturalOrder(1) : order).as(seen);
  });
  const name = applied(site, node, inputs);
  const [first] = buffers;
  site.setOrdered(output, { buffer: site.buffer(site.shapeFor(output), name, seen, first?.origins), order });
  return true;
};

const sharedView = (views: readonly (View | undefined)[]): View | undefined =>
  views.every((view) => view === views[0]) ? views[0] : undefined;

function perChannel(site: BlockedSite, value: ValueId, order: readonly number[], view: View): string {
  const channels = order.length;
  const vector = site.picked(site.reshaped(site.plain(value), [channels]), order);
  return site.reshaped(vector, view === "blocks" ? [channels, 1, 1, 1, 1] : [channels, 1]);
}

/** The op's own lowering. It gets no shapes: the operands' views do not have the graph's. */
function applied(site: BlockedSite, node: Node, inputs: readonly string[]): string {
  const shapeless = (value: ValueId) => ({ ...site.typeOf(value), shape: [] });
  const output = `e${node.outputs[0]}`;
  findOp(node.op)?.lowerToOnnx(
    site.writer,
    {
      inputs,
      outputs: [output],
      inputTypes: node.inputs.map(shapeless),
      outputTypes: node.outputs.map(shapeless),
      isFixed: inputs.map(() => false),
    },
    node.attributes,
  );
  return output;
}

/** A step function in one pass over floats: HardSigmoid is min(1, max(0, a x + b)), and a is too large for values in between. */
const steep = { alpha: { float: 1e30 }, beta: { float: 0 } };

/** The mask of a clipping op, for the two usual intervals; others take the general way. */
export const inside: Lowering = (site, node, fallback) => {
  const { low, high, closed } = node.attributes;
  const [x, output] = [node.inputs[0] as ValueId, node.outputs[0] as ValueId];
  if (closed === true || low !== 0 || (high !== Number.POSITIVE_INFINITY && high !== 6) || !site.canBeRows(output)) {
    return fallback();
  }
  const { writer } = site;
  const { buffer, order } = site.together(x);
  const view = buffer.prefers(anyView) ?? "cells";
  const seen = buffer.as(view);
  // x (6 - x) is above 0 exactly between the bounds.
  const above = high === 6 ? writer.one("Mul", [seen, writer.one("Sub", [writer.floats(6), seen])]) : seen;
  const name = writer.one("HardSigmoid", [above], steep);
  site.setOrdered(output, { buffer: site.buffer(site.shapeFor(output), name, view, buffer.origins), order });
  return true;
};
