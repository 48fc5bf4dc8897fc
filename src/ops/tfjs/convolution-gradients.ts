/*
 * The gradients of convolutions: by their own kernels, or by forward kernels on a backend that lacks them (WebAssembly has none for
 * filters and none for depthwise convolutions). With a stride s, y[i] = sum over k of x[s i + k] w[k]; so
 *   dw[k] = sum over i of x[s i + k] dy[i]: the map convolved with dy, its cells s apart;
 *   dx[j] = sum over k of dy'[j - k] w[k], where dy' is dy with its cells s apart: convolved with the flipped filter.
 */
import type { Pair } from "../window-arithmetic.js";
import type { Register, TfjsCalls } from "./builder.js";
import type { ConvolutionAttributes } from "./kernel-signatures.js";
import { kernelsOf } from "./kernels.js";
import { padAround, samePadding } from "./window.js";

type Two = readonly [Register, Register];
type Four = readonly [number, number, number, number];

export interface ConvolutionGradient {
  readonly told: ConvolutionAttributes;
  /** [N, H, W, C] of the kernel's input. */
  readonly input: Four;
  /** [height, width, C, filters]; for depthwise, filters per channel. */
  readonly filter: Four;
}

/** The `same` padding of the map: top, left, bottom, right. */
function paddingOf({ told, input, filter }: ConvolutionGradient): Four {
  if (told.pad === "valid") return [0, 0, 0, 0];
  const [top, bottom] = samePadding(input[1], filter[0], told.strides[0]);
  const [left, right] = samePadding(input[2], filter[1], told.strides[1]);
  return [top, left, bottom, right];
}

/** The height and width of the padded map and of the result. */
function sizesOf(gradient: ConvolutionGradient): { readonly map: Pair; readonly result: Pair } {
  const [top, left, bottom, right] = paddingOf(gradient);
  const { input, filter, told } = gradient;
  const map: Pair = [input[1] + top + bottom, input[2] + left + right];
  const positions = (axis: 0 | 1): number => Math.floor((map[axis] - filter[axis]) / told.strides[axis]) + 1;
  return { map, result: [positions(0), positions(1)] };
}

/** [height, width, C, filters], from a map and the gradient of its convolution. */
export function filterGradient(
  tfjs: TfjsCalls,
  isDepthwise: boolean,
  operands: Two,
  gradient: ConvolutionGradient,
): Register {
  const name = isDepthwise ? "DepthwiseConv2dNativeBackpropFilter" : "Conv2DBackpropFilter";
  const attributes = { ...gradient.told, filterShape: gradient.filter };
  return tfjs.either(name, operands, {
    kernel: (calls, inputs) => {
      const [x, dy] = inputs as Two;
      return calls.kernel(name, { x, dy }, attributes);
    },
    composed: (calls, inputs) => composedFilterGradient(calls, isDepthwise, inputs as Two, gradient),
  });
}

function composedFilterGradient(
  tfjs: TfjsCalls,
  isDepthwise: boolean,
  [x, dy]: Two,
  gradient: ConvolutionGradient,
): Register {
  const k = kernelsOf(tfjs);
  const { told, input, filter } = gradient;
  const [batch, , , channels] = input;
  const [height, width, , filters] = filter;
  const { map, result } = sizesOf(gradient);
  const padded = padAround(tfjs, x, paddingOf(gradient), 0);
  const apart: ConvolutionAttributes = { ...told, strides: [1, 1], pad: "valid", dilations: told.strides };
  const turned = (tensor: Register, perm: Four): Register => tfjs.kernel("Transpose", { x: tensor }, { perm });
  if (!isDepthwise) {
    // Samples and channels are exchanged.
    const products = tfjs.kernel(
      "Conv2D",
      { x: turned(padded, [3, 1, 2, 0]), filter: turned(dy, [1, 2, 0, 3]) },
      apart,
    );
    return turned(k.slice(products, [0, 0, 0, 0], [channels, height, width, filters]), [1, 2, 0, 3]);
  }
  const maps = tfjs.reshape(turned(padded, [1, 2, 0, 3]), [1, ...map, batch * channels]);
  const slopes = tfjs.reshape(turned(dy, [1, 2, 0, 3]), [...result, batch * channels, filters]);
  const products = tfjs.kernel("DepthwiseConv2dNative", { x: maps, filter: slopes }, apart);
  const ofSamples = k.slice(products, [0, 0, 0, 0], [1, height, width, batch * channels * filters]);
  return tfjs.reshape(k.sum(tfjs.reshape(ofSamples, [height * width, batch, channels * filters]), [1]), filter);
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
  operands: Two,
  gradient: ConvolutionGradient,
): Register {
  const attributes = { ...gradient.told, inputShape: gradient.input };
  if (!isDepthwise) {
    const [dy, filter] = operands;
    return tfjs.kernel("Conv2DBackpropInput", { dy, filter }, attributes);
  }
  const name = "DepthwiseConv2dNativeBackpropInput";
  return tfjs.either(name, operands, {
    kernel: (calls, inputs) => {
      const [dy, filter] = inputs as Two;
      return calls.kernel(name, { dy, filter }, attributes);
    },
    composed: (calls, inputs) => composedInputGradient(calls, inputs as Two, gradient),
  });
}

/** Of a depthwise convolution. */
function composedInputGradient(tfjs: TfjsCalls, [dy, filter]: Two, gradient: ConvolutionGradient): Register {
  const k = kernelsOf(tfjs);
  const { told, input } = gradient;
  const [batch, , , channels] = input;
  const [height, width, , filters] = gradient.filter;
  const { map, result } = sizesOf(gradient);
  const all = channels * filters;
  const cells = zerosBetween(tfjs, dy, [batch, ...result, all], told.strides);
  const apart: Pair = [result[0] * told.strides[0], result[1] * told.strides[1]];
  // There may be more zeros after the last cell than the map has cells.
  const kept: Pair = [Math.min(apart[0], map[0]), Math.min(apart[1], map[1])];
  const slopes = k.slice(tfjs.reshape(cells, [batch, ...apart, all]), [0, 0, 0, 0], [batch, ...kept, all]);
  const around = padAround(tfjs, slopes, [height - 1, width - 1, map[0] - kept[0], map[1] - kept[1]], 0);
  const reversed = (tensor: Register, axis: number, size: number): Register => {
    const indices = tfjs.constant(
      Int32Array.from({ length: size }, (_, i) => size - 1 - i),
      [size],
    );
    return tfjs.kernel("GatherV2", { x: tensor, indices }, { axis, batchDims: 0 });
  };
  const turnedRound = tfjs.reshape(reversed(reversed(filter, 0, height), 1, width), [height, width, all, 1]);
  const once: ConvolutionAttributes = { ...told, strides: [1, 1], pad: "valid" };
  const parts = tfjs.kernel("DepthwiseConv2dNative", { x: around, filter: turnedRound }, once);
  const summed = filters === 1 ? parts : k.sum(tfjs.reshape(parts, [batch * map[0] * map[1], channels, filters]), [2]);
  const [top, left] = paddingOf(gradient);
  return k.slice(tfjs.reshape(summed, [batch, ...map, channels]), [0, top, left, 0], input);
}
