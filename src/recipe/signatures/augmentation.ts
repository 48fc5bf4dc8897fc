/** What happens to training pictures, as a recipe writes them. */
import type { RecipeParameter, RecipeSignature } from "../signature.js";

const probability: RecipeParameter = { name: "p", type: "float", min: 0, max: 1, doc: "how often" };

export const augmentationSignatures = [
  {
    name: "horizontal_flip",
    sort: "augmentation",
    doc: "mirrors the picture",
    parameters: [{ ...probability, default: 0.5 }],
  },
  {
    name: "random_resized_crop",
    sort: "augmentation",
    doc: "a part of the picture, brought to the model's size",
    parameters: [
      { name: "scale", type: { listOf: "float" }, length: 2, doc: "smallest and largest share of the area" },
      { name: "ratio", type: { listOf: "float" }, length: 2, doc: "smallest and largest width over height" },
    ],
  },
  {
    name: "random_crop",
    sort: "augmentation",
    doc: "shifts the picture by up to `padding` pixels",
    parameters: [{ name: "padding", type: "int", min: 0, doc: "pixels on each side" }],
  },
  {
    name: "rotation",
    sort: "augmentation",
    doc: "turns the picture",
    parameters: [{ name: "degrees", type: "float", min: 0, max: 180, doc: "at most, either way" }],
  },
  {
    name: "color_jitter",
    sort: "augmentation",
    doc: "brightness, contrast and saturation by up to these shares",
    parameters: ["brightness", "contrast", "saturation"].map((name) => ({
      name,
      type: "float" as const,
      min: 0,
      default: 0,
      doc: `${name}: factors from 1 - v to 1 + v`,
    })),
  },
  {
    name: "random_erasing",
    sort: "augmentation",
    doc: "paints over a rectangle",
    parameters: [{ ...probability, default: 0.5 }],
  },
] as const satisfies readonly RecipeSignature[];
