/** The gradients of convolutions, by their kernels. */
import type { Pair } from "../window-arithmetic.js";
import type { Register, TfjsCalls } from "./builder.js";
import { kernelsOf } from "./kernels.js";
import type { ConvolutionGradient } from "./lacking-kernels.js";

type Two = readonly [Register, Register];
type Four = readonly [number, number, number, number];

/** [height, width, C, filters], from a map and the gradient of its convolution. */
export function filterGradient(
  tfjs: TfjsCalls,
  isDepthwise: boolean,
  [x, dy]: Two,
  gradient: ConvolutionGradient,
): Register {
  const name = isDepthwise ? "DepthwiseConv2dNativeBackpropFilter" : "Conv2DBackpropFilter";
  return tfjs.kernelOr(name, { x, dy }, { ...gradient.told, filterShape: gradient.filter }, gradient);
}

/**
 * A map [batch, height, width, channels] with its cells `down` and `right` apart, zeros between and after them. It uses tensors
 * of rank 3, because TensorFlow.js' WebGPU backend cannot pad tensors of rank 6.
 */
export function zerosBetween(
  tfjs: TfjsCalls,
  map: Register,
  [batch, height, width, channels]: Four,
  [down, right]: Pair,
): Register {
  const k = kernelsOf(tfjs);
  const after = (x: Register, step: number): Register => {
    const none = [0, 0];
    return step === 1 ? x : k.pad(x, [none, [0, step - 1], none]);
  };
  const lines = after(tfjs.reshape(map, [batch * height, 1, width * channels]), down);
  return after(tfjs.reshape(lines, [batch * height * down * width, 1, channels]), right);
}

/** [N, H, W, C], from the gradient of a convolution's result and its filter. */
export function inputGradient(
  tfjs: TfjsCalls,
  isDepthwise: boolean,
  [dy, filter]: Two,
  gradient: ConvolutionGradient,
): Register {
  const attributes = { ...gradient.told, inputShape: gradient.input };
  return isDepthwise
    ? tfjs.kernelOr("DepthwiseConv2dNativeBackpropInput", { dy, filter }, attributes, gradient)
    : tfjs.kernel("Conv2DBackpropInput", { dy, filter }, attributes);
}
