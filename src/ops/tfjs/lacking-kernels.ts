/** Kernels of gradients that a backend of TensorFlow.js 4.22 lacks or computes wrongly: composed-kernels.ts has what stands for them. */
import type { ConvolutionAttributes, PoolKernelAttributes } from "./kernel-signatures.js";

type Four = readonly [number, number, number, number];

export interface ConvolutionGradient {
  readonly told: ConvolutionAttributes;
  /** [N, H, W, C] of the kernel's input. */
  readonly input: Four;
  /** [height, width, C, filters]; for depthwise, filters per channel. */
  readonly filter: Four;
}

export interface MaxPoolGradient {
  readonly told: PoolKernelAttributes;
  /** Cells around the map: top, left, bottom, right. */
  readonly around: Four;
}

/** What is known of a call besides its inputs. */
export interface LackableKernels {
  readonly Conv2DBackpropFilter: ConvolutionGradient;
  readonly DepthwiseConv2dNativeBackpropFilter: ConvolutionGradient;
  readonly DepthwiseConv2dNativeBackpropInput: ConvolutionGradient;
  /** There is a further input: the map before padding. */
  readonly MaxPoolGrad: MaxPoolGradient;
}

export type LackableKernel = keyof LackableKernels;

/** WebAssembly has the last one, but it is wrong where a window's maximum is below 0. */
export const lackingOnWasm: readonly LackableKernel[] = [
  "Conv2DBackpropFilter",
  "DepthwiseConv2dNativeBackpropFilter",
  "DepthwiseConv2dNativeBackpropInput",
  "MaxPoolGrad",
];
