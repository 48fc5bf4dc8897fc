/*
 * The input gradient of a dense convolution with a stride. The input's rows r = s a + phase are the phases. Each phase meets only
 * some taps: tap u if s divides phase + padding - dilation u, at row a + (phase + padding - dilation u) / s of the gradient. So every
 * phase is a convolution of stride 1 with some of the taps: a matrix product over shifted copies of the gradient. Then the phases are
 * interleaved. No zeros are inserted or multiplied.
 */
import type { Node, ValueId } from "../../../ir/graph.js";
import type { Pair } from "../../../ops/window-arithmetic.js";
import { type ConvolutionWindow, windowOf } from "./convolution-geometry.js";
import type { Lowering } from "./lowering.js";
import { turnedProduct } from "./products.js";
import { lookAt, weave } from "./shifts.js";
import type { BlockedSite } from "./site.js";

/** A tap that a phase meets, and the offset of the gradient's cell from the phase's own. */
interface Meeting {
  readonly tap: number;
  readonly shift: number;
}

/** The taps that each phase of one axis meets. */
function meetings(axis: 0 | 1, kernel: Pair, { stride, padding, dilation }: ConvolutionWindow): readonly Meeting[][] {
  return Array.from({ length: stride[axis] }, (_, phase) =>
    Array.from({ length: kernel[axis] }, (_, tap) => ({
      tap,
      shift: (phase + padding[axis] - dilation[axis] * tap) / stride[axis],
    })).filter(({ shift }) => Number.isInteger(shift)),
  );
}

interface Phases {
  readonly kernel: Pair;
  readonly stride: Pair;
  /** For each phase, row by row, its taps down and right. */
  readonly taps: readonly { readonly at: Pair; readonly from: Pair }[][];
}

function phasesOf(site: BlockedSite, node: Node, weight: readonly number[], batch: number): Phases | undefined {
  const window = windowOf(node.attributes);
  const { stride } = window;
  const kernel = weight.slice(2) as unknown as Pair;
  if (node.attributes.groups !== 1 || batch % site.block !== 0 || stride[0] * stride[1] === 1) return undefined;
  const [down, right] = [meetings(0, kernel, window), meetings(1, kernel, window)];
  const taps = down.flatMap((rows) =>
    right.map((columns) =>
      rows.flatMap((row) =>
        columns.map((column) => ({
          at: [row.tap, column.tap] as const,
          from: [row.shift, column.shift] as const,
        })),
      ),
    ),
  );
  // A phase without taps is all zeros: if the kernel is smaller than its stride, inserting zeros is faster.
  return taps.every(({ length }) => length > 0) ? { kernel, stride, taps } : undefined;
}

export const phasedInputGradient: Lowering = (site, node, fallback) => {
  const [weight, g] = node.inputs as readonly [ValueId, ValueId];
  const output = node.outputs[0] as ValueId;
  const shape = site.shapeFor(output);
  const sizes = site.sizesOf(weight);
  const phases = phasesOf(site, node, sizes, shape.batch);
  if (phases === undefined) return fallback();
  const { kernel, stride, taps } = phases;
  const { writer } = site;
  const { buffer, order } = site.together(g);
  const wished = site.orderLike(site.neighbours.inputBehind(g), output);
  const [filters = 1, inputs = 1] = sizes;
  const size: Pair = [Math.ceil(shape.height / stride[0]), Math.ceil(shape.width / stride[1])];
  // The weight's taps phase by phase, [taps, O, I], by a product with a permutation, which uses many threads.
  const count = kernel[0] * kernel[1];
  const wanted = taps.flatMap((meets) => meets.map(({ at }) => at[0] * kernel[1] + at[1]));
  const picks = wanted.flatMap((tap) => Array.from({ length: count }, (_, i) => (i === tap ? 1 : 0)));
  const flat = site.reshaped(site.inLayout(weight, [order, wished]), [filters * inputs, count]);
  const byPhase = writer.one("Gemm", [writer.floats(picks, [wanted.length, count]), flat], { transB: 1 });
  const lengths = writer.int64s(taps.map(({ length }) => length));
  const parts = writer.node("Split", [byPhase, lengths], { axis: 0 }, taps.length);
  const cells = shape.batch * size[0] * size[1];
  const made = taps.map((meets, phase) => {
    const looks = meets.map(({ from }) => lookAt(site, buffer, { from, stride: [1, 1], size }));
    const all = looks.length === 1 ? (looks[0] as string) : writer.one("Concat", looks, { axis: 0 });
    const own = site.reshaped(parts[phase] as string, [meets.length * filters, inputs]);
    return turnedProduct(site, own, site.reshaped(all, [meets.length * filters, cells]));
  });
  const together = writer.one("Concat", made, { axis: 0 });
  site.setOrdered(output, { buffer: weave(site, together, { apart: stride, count: size }, shape), order: wished });
  return true;
};
