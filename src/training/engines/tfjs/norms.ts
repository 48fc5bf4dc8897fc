/** Norms that keep no statistics, of plain kernels. */
import type { ValueId } from "../../../ir/graph.js";
import { axesOf, type LayerNormAttributes, spreadSizes } from "../../../ops/layer-norm.js";
import { band } from "../../../ops/local-response-norm.js";
import { kernelsOf } from "./kernels.js";
import type { Register } from "./program.js";
import type { Lowering, TfjsSite } from "./site.js";

/** Brought to mean 0 and variance 1 over these axes, `count` elements each time. */
function normalised(
  { writer }: TfjsSite,
  x: Register,
  axes: readonly number[],
  count: number,
  epsilon: number,
): Register {
  const k = kernelsOf(writer);
  const mean = (of: Register): Register => k.mul(k.sum(of, axes), k.number(1 / count));
  const centred = k.sub(x, mean(x));
  const deviation = writer.kernel("Sqrt", { x: k.add(mean(k.mul(centred, centred)), k.number(epsilon)) });
  return k.div(centred, deviation);
}

const productOf = (sizes: readonly number[]): number => sizes.reduce((product, size) => product * size, 1);

export const layerNorm: Lowering = (site, { inputs: [x, weight, bias], outputs: [y], attributes }) => {
  const a = attributes as unknown as LayerNormAttributes;
  const [k, axes] = [kernelsOf(site.writer), axesOf(a)];
  const sizes = site.sizesOf(x as ValueId);
  const count = productOf(axes.map((axis) => sizes[axis] as number));
  const spread = (value: ValueId | undefined): Register =>
    site.writer.reshape(site.plain(value), spreadSizes(sizes, a));
  const normal = normalised(site, site.plain(x), axes, count, a.epsilon);
  site.set(y, k.add(k.mul(normal, spread(weight)), spread(bias)));
};

export const groupNorm: Lowering = (site, { inputs: [x, weight, bias], outputs: [y], attributes }) => {
  const { groups, epsilon } = attributes as unknown as { readonly groups: number; readonly epsilon: number };
  const k = kernelsOf(site.writer);
  const sizes = site.sizesOf(x as ValueId);
  const [batch = 1, channels = 1, ...map] = sizes;
  const count = productOf(sizes) / (batch * groups);
  const grouped = site.writer.reshape(site.plain(x), [batch, groups, count]);
  const normal = normalised(site, grouped, [2], count, epsilon);
  const whole = site.writer.reshape(site.writer.hasSizes(normal, [batch, groups, count]), sizes);
  const spread = (value: ValueId | undefined): Register =>
    site.writer.reshape(site.plain(value), [channels, ...map.map(() => 1)]);
  site.set(y, k.add(k.mul(whole, spread(weight)), spread(bias)));
};

export const localResponseNorm: Lowering = (site, { inputs: [x], outputs: [y], attributes }) => {
  const { size, alpha, beta, k: base } = attributes as unknown as Record<"size" | "alpha" | "beta" | "k", number>;
  const { writer } = site;
  const k = kernelsOf(writer);
  const sizes = site.sizesOf(x as ValueId);
  const [batch = 1, channels = 1, height = 1, width = 1] = sizes;
  const plain = site.plain(x);
  const squares = writer.reshape(writer.hasSizes(k.mul(plain, plain), sizes), [batch, channels, height * width]);
  const around = writer.constant(Float32Array.from(band(channels, size, false)), [channels, channels]);
  const flags = { transposeA: false, transposeB: false };
  const sum = writer.kernel("BatchMatMul", { a: around, b: squares }, flags);
  const mean = k.mul(
    writer.reshape(writer.hasSizes(sum, [batch, channels, height * width]), sizes),
    k.number(alpha / size),
  );
  const power = writer.kernel("Pow", { a: k.add(mean, k.number(base)), b: k.number(beta) });
  site.set(y, k.div(plain, power));
};
