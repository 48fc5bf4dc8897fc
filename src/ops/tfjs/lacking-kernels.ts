/** Gradient kernels that a backend of TensorFlow.js 4.22 lacks or computes wrongly: its programs compose them of others. */
import type { KernelName } from "./kernel-signatures.js";

/** The last one exists, but is wrong if a window's maximum is below 0. */
export const lackingOnWasm: readonly KernelName[] = [
  "Conv2DBackpropFilter",
  "DepthwiseConv2dNativeBackpropFilter",
  "DepthwiseConv2dNativeBackpropInput",
  "MaxPoolGrad",
];
