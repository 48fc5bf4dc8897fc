/** Ops that compute nothing: their numbers stay the same. */
import type { LowerToTfjs } from "./builder.js";

/** The value itself, under another name. */
export const passOn: LowerToTfjs<unknown> = (tfjs, { inputs: [x], outputs: [y] }) => {
  tfjs.set(y, tfjs.asHeld(x), tfjs.layoutOf(x));
};

/** Reshape and flatten: their meaning depends on the graph's axis order. */
export const toOwnSizes: LowerToTfjs<unknown> = (tfjs, { inputs: [x], outputs: [y] }) => {
  tfjs.set(y, tfjs.reshape(tfjs.plain(x), tfjs.sizesOf(y)));
};
