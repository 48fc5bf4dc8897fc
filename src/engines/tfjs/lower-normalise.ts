/** Norms over each sample by itself, and over neighbouring channels. */
import type { ValueId } from "../../ir/graph.js";
import { band } from "../../ops/local-response-norm.js";
import { kernelsOf, reduce } from "./kernels.js";
import { nhwc } from "./layout.js";
import type { Lowering, TfjsSite } from "./site.js";
import type { Register } from "./tfjs-program.js";

/** (x - mean) / sqrt(variance + epsilon) over stored axes. */
function normalised(site: TfjsSite, x: Register, axes: readonly number[], epsilon: number): Register {
  const { writer } = site;
  const k = kernelsOf(writer);
  const centred = k.sub(x, reduce(writer, "Mean", x, axes, true));
  const variance = reduce(writer, "Mean", k.mul(centred, centred), axes, true);
  return k.div(centred, writer.kernel("Sqrt", { x: k.add(variance, k.number(epsilon)) }));
}

export const layerNorm: Lowering = (site, { inputs: [x, weight, bias], outputs: [y], attributes }) => {
  const { axis, through, epsilon } = attributes as unknown as {
    readonly axis: number;
    readonly through: number;
    readonly epsilon: number;
  };
  const k = kernelsOf(site.writer);
  const sizes = site.sizesOf(x as ValueId);
  const axes = Array.from({ length: through - axis + 1 }, (_, i) => axis + i);
  const spread = sizes.map((size, i) => (axes.includes(i) ? size : 1));
  const [scale, shift] = [weight, bias].map((value) => site.writer.reshape(site.plain(value), spread));
  const centred = normalised(site, site.plain(x), axes, epsilon);
  site.set(y, k.add(k.mul(centred, scale as Register), shift as Register));
};

export const groupNorm: Lowering = (site, { inputs: [x, weight, bias], outputs: [y], attributes }) => {
  const [groups, epsilon] = [attributes.groups as number, attributes.epsilon as number];
  const { writer } = site;
  const k = kernelsOf(writer);
  const sizes = site.sizesOf(x as ValueId);
  const [batch = 1, channels = 1] = sizes;
  const rest = sizes.reduce((product, size) => product * size, 1) / (batch * groups);
  const grouped = normalised(site, writer.reshape(site.plain(x), [batch, groups, rest]), [2], epsilon);
  const spread = sizes.map((_, axis) => (axis === 1 ? channels : 1));
  const [scale, shift] = [weight, bias].map((value) => writer.reshape(site.plain(value), spread));
  site.set(y, k.add(k.mul(writer.reshape(grouped, sizes), scale as Register), shift as Register));
};

/** Height and width, stored. */
const overMap = [1, 2];

export const instanceNorm: Lowering = (site, { inputs: [x, weight, bias], outputs: [y], attributes }) => {
  const k = kernelsOf(site.writer);
  const centred = normalised(site, site.map(x), overMap, attributes.epsilon as number);
  if (attributes.affine !== true) {
    site.set(y, centred, nhwc);
    return;
  }
  site.set(y, k.add(k.mul(centred, site.plain(weight)), site.plain(bias)), nhwc);
};

/** Sums over neighbouring channels are a product with a band matrix. */
export const localResponseNorm: Lowering = (site, { inputs: [x], outputs: [y], attributes }) => {
  const {
    size,
    alpha,
    beta,
    k: added,
  } = attributes as unknown as Readonly<Record<"size" | "alpha" | "beta" | "k", number>>;
  const { writer } = site;
  const k = kernelsOf(writer);
  const [batch = 1, channels = 1, height = 1, width = 1] = site.sizesOf(x as ValueId);
  const map = site.map(x);
  const squares = writer.reshape(k.mul(map, map), [batch * height * width, channels]);
  const matrix = writer.constant(Float32Array.from(band(channels, size, false)), [channels, channels]);
  const sums = writer.kernel("BatchMatMul", { a: squares, b: matrix }, { transposeA: false, transposeB: true });
  const around = writer.reshape(sums, [batch, height, width, channels]);
  const base = k.add(k.mul(around, k.number(alpha / size)), k.number(added));
  site.set(y, k.div(map, writer.kernel("Pow", { a: base, b: k.number(beta) })), nhwc);
};
