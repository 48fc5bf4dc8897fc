/** Kernels of gradients that a backend of TensorFlow.js 4.22 lacks, or has wrong: its programs compose them of others. */
import type { KernelName } from "./kernel-signatures.js";

/** The last one is there, and wrong where a window's maximum is below 0. */
export const lackingOnWasm: readonly KernelName[] = [
  "Conv2DBackpropFilter",
  "DepthwiseConv2dNativeBackpropFilter",
  "DepthwiseConv2dNativeBackpropInput",
  "MaxPoolGrad",
];
