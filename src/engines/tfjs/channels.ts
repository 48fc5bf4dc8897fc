/** Ops that move numbers about: joined, cut, repeated, or seen under other sizes. */
import { invariant } from "../../diagnostics/invariant.js";
import type { ValueId } from "../../ir/graph.js";
import { kernelsOf, reduce } from "./kernels.js";
import { natural, nhwc, storedSizes } from "./layout.js";
import type { Lowering, TfjsSite } from "./site.js";
import type { Register } from "./tfjs-program.js";

const productOf = (sizes: readonly number[]): number => sizes.reduce((product, size) => product * size, 1);

export const identity: Lowering = (site, { inputs: [x], outputs: [y] }) => {
  site.set(y, site.asHeld(x), site.layoutOf(x));
};

/** Reshape and flatten: the graph's order is what they are about. */
export const reshape: Lowering = (site, { inputs: [x], outputs: [y] }) => {
  site.set(y, site.writer.reshape(site.plain(x), site.sizesOf(y as ValueId)));
};

/** Only the names of the axes change; whoever needs another order moves them. */
export const transpose: Lowering = (site, { inputs: [x], outputs: [y], attributes }) => {
  const permutation = attributes.permutation as readonly number[];
  const layout = site.layoutOf(x).map((axis) => permutation.indexOf(axis));
  site.set(y, site.asHeld(x), layout);
};

export const concat: Lowering = (site, { inputs, outputs: [y], attributes }) => {
  const layout = site.commonLayout(inputs, site.sizesOf(y as ValueId).length);
  const parts = inputs.map((value) => site.inLayout(value, layout));
  const axis = layout.indexOf(attributes.axis as number);
  site.set(y, parts.length === 1 ? (parts[0] as Register) : site.writer.kernel("Concat", parts, { axis }), layout);
};

export const split: Lowering = (site, { inputs: [x], outputs, attributes }) => {
  const layout = site.layoutOf(x);
  const numOrSizeSplits = attributes.sizes as readonly number[];
  const axis = layout.indexOf(attributes.axis as number);
  const held = site.asHeld(x);
  const parts =
    outputs.length === 1
      ? [held]
      : site.writer.kernels("SplitV", { x: held }, { numOrSizeSplits, axis }, outputs.length);
  for (const [i, value] of outputs.entries()) site.set(value, parts[i] as Register, layout);
};

export const slice: Lowering = (site, { inputs: [x], outputs: [y], attributes }) => {
  const layout = site.layoutOf(x);
  const begin = layout.map((axis) => (axis === attributes.axis ? (attributes.from as number) : 0));
  const size = storedSizes(site.sizesOf(y as ValueId), layout);
  site.set(y, kernelsOf(site.writer).slice(site.asHeld(x), begin, size), layout);
};

export const pad: Lowering = (site, { inputs: [x], outputs: [y], attributes }) => {
  const [top = 0, left = 0, bottom = 0, right = 0] = attributes.padding as readonly number[];
  const paddings = [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ] as const;
  site.set(y, kernelsOf(site.writer).pad(site.map(x), paddings, attributes.value as number), nhwc);
};

/** Channels seen as [groups, C / groups], turned. */
export const channelShuffle: Lowering = (site, { inputs: [x], outputs: [y], attributes }) => {
  const groups = attributes.groups as number;
  const [layout, sizes] = [site.layoutOf(x), site.sizesOf(x as ValueId)];
  const stored = storedSizes(sizes, layout);
  const at = layout.indexOf(1);
  const [outer, inner] = [productOf(stored.slice(0, at)), productOf(stored.slice(at + 1))];
  const { writer } = site;
  const grouped = writer.reshape(site.asHeld(x), [outer, groups, (stored[at] as number) / groups, inner]);
  const turned = writer.kernel("Transpose", { x: grouped }, { perm: [0, 2, 1, 3] });
  site.set(y, writer.reshape(turned, stored), layout);
};

/** The register repeated to the sizes, both as stored. */
function tiled(site: TfjsSite, register: Register, from: readonly number[], to: readonly number[]): Register {
  const reps = to.map((size, axis) => size / (from[axis] as number));
  return reps.every((times) => times === 1) ? register : site.writer.kernel("Tile", { x: register }, { reps });
}

export const broadcastTo: Lowering = (site, { inputs: [x], outputs: [y] }) => {
  const [from, to] = [site.sizesOf(x as ValueId), site.sizesOf(y as ValueId)];
  const layout = to.length === 4 ? nhwc : natural(to.length);
  const whole = [...new Array<number>(to.length - from.length).fill(1), ...from];
  const ones = site.writer.reshape(site.operand(x, layout), storedSizes(whole, layout));
  site.set(y, tiled(site, ones, storedSizes(whole, layout), storedSizes(to, layout)), layout);
};

export const constant: Lowering = (site, { outputs: [y], attributes }) => {
  const [shape, values] = [attributes.shape, attributes.values] as readonly [readonly number[], readonly number[]];
  site.set(y, site.writer.constant(Float32Array.from(values), shape));
};

/** A reduction by the kernel; the axes that are left keep their stored order. */
export const reduction =
  (kernel: string): Lowering =>
  (site, { inputs: [x], outputs: [y], attributes }) => {
    const [axes, keep] = [attributes.axes, attributes.keep] as readonly [readonly number[], boolean];
    const layout = site.layoutOf(x);
    if (axes.length === 0) {
      site.set(y, site.asHeld(x), layout);
      return;
    }
    const axis = axes.map((wanted) => layout.indexOf(wanted)).sort((a, b) => a - b);
    const reduced = reduce(site.writer, kernel, site.asHeld(x), axis, keep);
    const left = layout.filter((wanted) => !axes.includes(wanted));
    const names = left.toSorted((a, b) => a - b);
    site.set(y, reduced, keep ? layout : left.map((wanted) => names.indexOf(wanted)));
  };

export const globalAvgPool: Lowering = (site, { inputs: [x], outputs: [y] }) => {
  site.set(y, site.writer.kernel("Mean", { x: site.map(x) }, { axis: [1, 2], keepDims: true }), nhwc);
};

/** A matrix whose last two axes are held the other way round is read so by the kernel itself. */
function matrices(site: TfjsSite, value: ValueId | undefined): readonly [Register, boolean] {
  invariant(value !== undefined, "a product needs two operands");
  const order = natural(site.sizesOf(value).length);
  const turned = [...order.slice(0, -2), order.length - 1, order.length - 2];
  const layout = site.layoutOf(value);
  return layout.join() === turned.join() ? [site.asHeld(value), true] : [site.plain(value), false];
}

export const matmul: Lowering = (site, { inputs: [left, right], outputs: [y] }) => {
  const [[a, transposeA], [b, transposeB]] = [matrices(site, left), matrices(site, right)];
  site.set(y, site.writer.kernel("BatchMatMul", { a, b }, { transposeA, transposeB }));
};

/** x W^T + b over the last axis. */
export const linear: Lowering = (site, { inputs: [x, weight, bias], outputs: [y] }) => {
  const { writer } = site;
  const sizes = site.sizesOf(x as ValueId);
  const columns = sizes.at(-1) as number;
  const rows = writer.reshape(site.plain(x), [productOf(sizes) / columns, columns]);
  const product = writer.kernel(
    "BatchMatMul",
    { a: rows, b: site.plain(weight) },
    { transposeA: false, transposeB: true },
  );
  const sum = bias === undefined ? product : kernelsOf(writer).add(product, site.plain(bias));
  site.set(y, writer.reshape(sum, site.sizesOf(y as ValueId)));
};
