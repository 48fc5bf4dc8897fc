/** How `predict` treats pictures, for a file that does it itself: the same code gives its constants and its proof. */
import { valuesOf } from "../data/normalise.js";
import { fractionBits, type ResizePass, resizeBilinear, resizePasses } from "../data/resize-picture.js";
import { viewsOf } from "../data/views.js";
import { isProblem, problem } from "../diagnostics/diagnostic.js";
import type { PicturePass, PictureSize, Preprocessor } from "../targets/onnx/pictures/preprocessing.js";
import { classProbabilities } from "./class-probabilities.js";
import { look } from "./predict.js";

/** The largest intermediate tensor of a picture: numbers of four bytes. */
const mostNumbers = 2 ** 26;

/** For files that take pictures of this size; undefined: of the network's. */
export const preprocessorFor = (asked: PictureSize | undefined): Preprocessor => ({
  plan: (picture, evaluation) => {
    const size = asked ?? { height: picture.height, width: picture.width };
    const resize = resizePasses(size, picture);
    const most = Math.max(3 * size.height * size.width, ...numbersOf(resize, size));
    if (most > mostNumbers) return problem("onnx/picture-too-large", { ...size, most, limit: mostNumbers });
    return {
      size,
      passes: resize.map(asPass),
      fractionBits,
      table: Float32Array.from([0, 1, 2].flatMap((channel) => [...valuesOf(picture, channel)])),
      views: viewsOf[evaluation],
    };
  },
  answers: async (images, { picture, evaluation, run }) => {
    const resized = images.map((image) => resizeBilinear(image, picture.width, picture.height));
    const views = await look({ metadata: { picture, evaluation }, run }, resized);
    if (isProblem(views)) return views;
    return classProbabilities(views, (views[0]?.length ?? 0) / images.length);
  },
});

/** Of each pass: every target position times its source positions, along the other axis, in three colours. */
function numbersOf(passes: readonly ResizePass[], size: PictureSize): readonly number[] {
  let { height, width } = size;
  return passes.map(({ along, target, taps }) => {
    const numbers = 3 * target * taps.stride * (along === "columns" ? height : width);
    if (along === "columns") width = target;
    else height = target;
    return numbers;
  });
}

/** Every target position with the same number of source positions: those beyond its own have the weight 0. */
function asPass({ along, target, taps }: ResizePass): PicturePass {
  const { stride, first, count, weights } = taps;
  const indices = Array.from({ length: target * stride }, (_, at) => {
    const x = Math.floor(at / stride);
    return (first[x] as number) + Math.min(at % stride, (count[x] as number) - 1);
  });
  return { along, target, taps: stride, indices, weights };
}
