/** The augmentations of a recipe. */
import type { RecipeParameter, RecipeSignature } from "../signature.js";

const probability = { name: "p", type: "float", min: 0, max: 1, doc: "probability" } as const satisfies RecipeParameter;

const border = {
  name: "border",
  type: "string",
  options: ["black", "mean", "edge", "reflect"],
  default: "black",
  doc: "fill at the edges: black, the model's mean colour, the outermost pixels, or the mirrored picture",
} as const satisfies RecipeParameter;

const degrees = {
  name: "degrees",
  type: "float",
  min: 0,
  max: 180,
  doc: "at most, either way",
} as const satisfies RecipeParameter;

/** Area and aspect ratio of a part of the picture. */
const part = (scale: readonly [number, number], ratio: readonly [number, number], of: string) =>
  [
    {
      name: "scale",
      type: { listOf: "float" },
      length: 2,
      default: scale,
      doc: "smallest and largest share of the area",
    },
    { name: "ratio", type: { listOf: "float" }, length: 2, default: ratio, doc: `smallest and largest ${of}` },
  ] as const satisfies readonly RecipeParameter[];

const alpha = (usual: number) =>
  ({
    name: "alpha",
    type: "float",
    min: 0.01,
    max: 100,
    default: usual,
    doc: "shares are drawn from Beta(alpha, alpha): 1 is uniform, less is mostly near 0 and 1",
  }) as const satisfies RecipeParameter;
const often = {
  ...probability,
  default: 1,
  doc: "probability that a batch is mixed",
} as const satisfies RecipeParameter;

const factor = <Name extends string>(name: Name) =>
  ({
    name,
    type: "float",
    min: 0,
    default: 0,
    doc: `${name}: factors from 1 - v to 1 + v`,
  }) as const satisfies RecipeParameter;

export const augmentationSignatures = [
  {
    name: "horizontal_flip",
    sort: "augmentation",
    doc: "mirrors the picture",
    parameters: [{ ...probability, default: 0.5 }],
  },
  {
    name: "resize",
    sort: "augmentation",
    doc: "resizes the shorter side to `size`, keeps the aspect ratio; `random_crop` can then cut out the model's size",
    parameters: [{ name: "size", type: "int", min: 1, doc: "pixels; from the model's size to twice that" }],
  },
  {
    name: "random_resized_crop",
    sort: "augmentation",
    doc: "crops a part of the picture and resizes it to the model's size",
    parameters: part([0.08, 1], [0.75, 4 / 3], "width over height"),
  },
  {
    name: "random_crop",
    sort: "augmentation",
    doc: "shifts the picture by up to `padding` pixels; after `resize`, crops it to the model's size",
    parameters: [{ name: "padding", type: "int", min: 0, doc: "pixels on each side" }, border],
  },
  {
    name: "rotation",
    sort: "augmentation",
    doc: "rotates the picture",
    parameters: [degrees, border],
  },
  {
    name: "random_affine",
    sort: "augmentation",
    doc: "rotates, scales and shifts the picture in one resampling",
    parameters: [
      { ...degrees, default: 0 },
      {
        name: "translate",
        type: { listOf: "float" },
        length: 2,
        min: 0,
        max: 1,
        default: [0, 0],
        doc: "largest shifts either way, as shares of width and height",
      },
      {
        name: "scale",
        type: { listOf: "float" },
        length: 2,
        min: 0.1,
        max: 10,
        default: [1, 1],
        doc: "smallest and largest scale factor",
      },
      border,
    ],
  },
  {
    name: "color_jitter",
    sort: "augmentation",
    doc: "brightness, contrast and saturation by up to these shares, hue by up to this share of the circle",
    parameters: [
      factor("brightness"),
      factor("contrast"),
      factor("saturation"),
      { name: "hue", type: "float", min: 0, max: 0.5, default: 0, doc: "hue: shift from -v to v of the circle" },
    ],
  },
  {
    name: "random_grayscale",
    sort: "augmentation",
    doc: "converts the picture to grey",
    parameters: [{ ...probability, default: 0.1 }],
  },
  {
    name: "random_erasing",
    sort: "augmentation",
    doc: "fills a rectangle with the mean colour",
    parameters: [{ ...probability, default: 0.5 }, ...part([0.02, 0.33], [0.3, 3.3], "height over width")],
  },
  {
    name: "mixup",
    sort: "augmentation",
    doc: "blends each picture of a batch, and its target, with another one's (Zhang et al. 2018)",
    parameters: [alpha(0.2), often],
  },
  {
    name: "cut_mix",
    sort: "augmentation",
    doc: "pastes a rectangle of another picture of the batch, and its share of the target (Yun et al. 2019)",
    parameters: [alpha(1), often],
  },
] as const satisfies readonly RecipeSignature[];
