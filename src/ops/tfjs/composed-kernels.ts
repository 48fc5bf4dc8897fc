/*
 * Kernels that a backend lacks (lacking-kernels.ts), composed of others: only programs for such a backend need this file. The gradients
 * of convolutions are composed of forward kernels. With a stride s, y[i] = sum over k of x[s i + k] w[k]; so
 *   dw[k] = sum over i of x[s i + k] dy[i]: the map convolved with dy, its cells s apart;
 *   dx[j] = sum over k of dy'[j - k] w[k], where dy' is dy with its cells s apart: convolved with the flipped filter.
 */
import type { Pair } from "../window-arithmetic.js";
import type { Register, TfjsCalls } from "./builder.js";
import { zerosBetween } from "./convolution-gradients.js";
import type { ConvolutionAttributes } from "./kernel-signatures.js";
import { kernelsOf } from "./kernels.js";
import type { ConvolutionGradient, LackableKernel, LackableKernels, MaxPoolGradient } from "./lacking-kernels.js";
import { padAround, samePadding } from "./window.js";

type Two = readonly [Register, Register];
type Four = readonly [number, number, number, number];

type Compositions = {
  readonly [K in LackableKernel]: (tfjs: TfjsCalls, inputs: readonly Register[], about: LackableKernels[K]) => Register;
};

const compositions: Compositions = {
  Conv2DBackpropFilter: (tfjs, inputs, about) => composedFilterGradient(tfjs, false, inputs as Two, about),
  DepthwiseConv2dNativeBackpropFilter: (tfjs, inputs, about) =>
    composedFilterGradient(tfjs, true, inputs as Two, about),
  DepthwiseConv2dNativeBackpropInput: (tfjs, inputs, about) => composedInputGradient(tfjs, inputs as Two, about),
  MaxPoolGrad: composedMaxPoolGradient,
};

/** The result of the kernel from its inputs in their order, and from further ones. */
export const composed = <K extends LackableKernel>(
  name: K,
  tfjs: TfjsCalls,
  inputs: readonly Register[],
  about: LackableKernels[K],
): Register => compositions[name](tfjs, inputs, about);

/** The `same` padding of the map: top, left, bottom, right. */
function paddingOf({ told, input, filter }: ConvolutionGradient): Four {
  if (told.pad === "valid") return [0, 0, 0, 0];
  const [top, bottom] = samePadding(input[1], filter[0], told.strides[0]);
  const [left, right] = samePadding(input[2], filter[1], told.strides[1]);
  return [top, left, bottom, right];
}

/** The padding, and height and width of the padded map and of the result. */
function sizesOf(gradient: ConvolutionGradient): { readonly padding: Four; readonly map: Pair; readonly result: Pair } {
  const padding = paddingOf(gradient);
  const [top, left, bottom, right] = padding;
  const { input, filter, told } = gradient;
  const map: Pair = [input[1] + top + bottom, input[2] + left + right];
  const positions = (axis: 0 | 1): number => Math.floor((map[axis] - filter[axis]) / told.strides[axis]) + 1;
  return { padding, map, result: [positions(0), positions(1)] };
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
  const { padding, map, result } = sizesOf(gradient);
  const padded = padAround(tfjs, x, padding, 0);
  const apart: ConvolutionAttributes = { ...told, strides: [1, 1], pad: "valid", dilations: told.strides };
  const turned = (x: Register, perm: Four = [1, 2, 0, 3]): Register => tfjs.kernel("Transpose", { x }, { perm });
  const cut = (products: Register, size: Four): Register => k.slice(products, [0, 0, 0, 0], size);
  if (!isDepthwise) {
    // Samples and channels are exchanged.
    const products = tfjs.kernel("Conv2D", { x: turned(padded, [3, 1, 2, 0]), filter: turned(dy) }, apart);
    return turned(cut(products, [channels, height, width, filters]));
  }
  const maps = tfjs.reshape(turned(padded), [1, ...map, batch * channels]);
  const slopes = tfjs.reshape(turned(dy), [...result, batch * channels, filters]);
  const products = tfjs.kernel("DepthwiseConv2dNative", { x: maps, filter: slopes }, apart);
  const ofSamples = cut(products, [1, height, width, batch * channels * filters]);
  return tfjs.reshape(k.sum(tfjs.reshape(ofSamples, [height * width, batch, channels * filters]), [1]), filter);
}

/** Of a depthwise convolution. */
function composedInputGradient(tfjs: TfjsCalls, [dy, filter]: Two, gradient: ConvolutionGradient): Register {
  const k = kernelsOf(tfjs);
  const { told, input } = gradient;
  const [batch, , , channels] = input;
  const [height, width, , filters] = gradient.filter;
  const { padding, map, result } = sizesOf(gradient);
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
  const [top, left] = padding;
  return k.slice(tfjs.reshape(summed, [batch, ...map, channels]), [0, top, left, 0], input);
}

/**
 * By the same kernel, over a map whose numbers are all above 0: WebAssembly's takes no number below the smallest positive one for a
 * maximum.
 */
function composedMaxPoolGradient(
  tfjs: TfjsCalls,
  inputs: readonly Register[],
  { told, around }: MaxPoolGradient,
): Register {
  const [dy, , output, map] = inputs as readonly [Register, Register, Register, Register];
  const k = kernelsOf(tfjs);
  const least = tfjs.kernel("Min", { x: map }, { axis: [0, 1, 2, 3], keepDims: true });
  const raised = k.maximum(k.sub(map, least), k.number(1e-30));
  return tfjs.kernel("MaxPoolGrad", { dy, input: padAround(tfjs, raised, around, 0), output }, told);
}
