/** Ops that compute nothing: their numbers pass as they are. */
import type { LowerToTfjs } from "./builder.js";

/** The value itself, under another name. */
export const passOn: LowerToTfjs<unknown> = (tfjs, { inputs: [x], outputs: [y] }) => {
  tfjs.set(y, tfjs.asHeld(x), tfjs.layoutOf(x));
};

/** Reshape and flatten: the graph's order is what they are about. */
export const toOwnSizes: LowerToTfjs<unknown> = (tfjs, { inputs: [x], outputs: [y] }) => {
  tfjs.set(y, tfjs.reshape(tfjs.plain(x), tfjs.sizesOf(y)));
};
