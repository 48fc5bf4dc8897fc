/** Activations that are one kernel or a few. */
import type { ValueId } from "../../../ir/graph.js";
import { slopeSizes } from "../../../ops/prelu.js";
import { elementwise } from "./elementwise.js";
import { type Kernels, kernelsOf } from "./kernels.js";
import { natural } from "./layout.js";
import type { Register } from "./program.js";
import type { Lowering } from "./site.js";

/** The positive part, and the negative one by a function of it. */
const twoSided = (k: Kernels, x: Register, negative: (part: Register) => Register): Register =>
  k.add(k.maximum(x, k.number(0)), negative(k.minimum(x, k.number(0))));

/** factor * (exp(x) - 1). */
const saturating = (k: Kernels, x: Register, factor: number): Register =>
  k.mul(k.sub(k.exp(x), k.number(1)), k.number(factor));

export const leakyRelu: Lowering = elementwise((k, [x], { attributes }) =>
  twoSided(k, x as Register, (part) => k.mul(part, k.number(attributes.slope as number))),
);

export const elu: Lowering = elementwise((k, [x], { attributes }) =>
  twoSided(k, x as Register, (part) => saturating(k, part, attributes.alpha as number)),
);

export const selu: Lowering = elementwise((k, [x]) => {
  const [alpha, scale] = [1.6732632423543772, 1.0507009873554805];
  return k.mul(
    twoSided(k, x as Register, (part) => saturating(k, part, alpha)),
    k.number(scale),
  );
});

export const gelu: Lowering = elementwise((k, [x], { attributes }, { writer }) => {
  const given = x as Register;
  const times = (value: Register, factor: number): Register => k.mul(value, k.number(factor));
  const cubic = (): Register => k.mul(given, k.add(times(k.mul(given, given), 0.044715), k.number(1)));
  const bend =
    attributes.approximate === true
      ? writer.kernel("Tanh", { x: times(cubic(), Math.sqrt(2 / Math.PI)) })
      : writer.kernel("Erf", { x: times(given, Math.SQRT1_2) });
  return k.mul(times(given, 0.5), k.add(bend, k.number(1)));
});

/** The slopes meet the channels, wherever these are held. */
export const prelu: Lowering = (site, { inputs: [x, weight], outputs: [y] }) => {
  const { writer } = site;
  const k = kernelsOf(writer);
  const rank = site.sizesOf(x as ValueId).length;
  const layout = site.layoutOf(x);
  const own = slopeSizes(rank, site.sizesOf(weight as ValueId)[0] ?? 1);
  const whole = [...new Array<number>(rank - own.length).fill(1), ...own];
  const slopes = site.move(writer.reshape(site.plain(weight), whole), whole, natural(rank), layout);
  site.set(
    y,
    twoSided(k, site.asHeld(x), (part) => k.mul(part, slopes)),
    layout,
  );
};
