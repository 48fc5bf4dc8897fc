import { entry } from "../../entry.js";

const recipe = (data: string): string => `lfer 1

import { cross_entropy } from "std/losses"

model M {
  input image: float32[N, 3, 112, 112] = picture(mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25])
  logits = image -> global_avg_pool -> flatten -> linear(3)
  output logits
}

recipe Train {
  student = M
  data = ${data}
  loss = cross_entropy(student.logits, data.label)
  optimizer = sgd(lr: 0.1)
  train = run(batch: 4, epochs: 1)
}
`;

/** A recipe's settings for pictures and their order. */
export const recipeDataEntries = {
  "recipe/unused-sampler-power": entry<{ power: number; sampler: string }>({
    severity: "error",
    message: (h) => `sampler_power is ${h.power}, but the sampler is "${h.sampler}", which takes none`,
    help: () => 'Write sampler: "power", or leave sampler_power out.',
    explanation:
      'Only sampler: "power" draws classes by a power of their count; elsewhere the number would change nothing.',
    bad: recipe("folder(sampler_power: 0.3)"),
    good: recipe('folder(sampler: "power", sampler_power: 0.3)'),
  }),
  "recipe/picture-after-mix": entry<{ name: string; mixer: string }>({
    severity: "error",
    message: (h) => `${h.name} comes after ${h.mixer}, which mixes finished pictures`,
    help: () => "Put mixup and cut_mix at the end of the list.",
    explanation:
      "mixup and cut_mix work on a whole batch, after everything that is done to a single picture; no other order is possible.",
    bad: recipe("folder(augment: [mixup, horizontal_flip])"),
    good: recipe("folder(augment: [horizontal_flip, mixup])"),
  }),
  "recipe/resize-size": entry<{ size: number; width: number; height: number; smallest: number }>({
    severity: "error",
    message: (h) => `resize(${h.size}) for a model that takes ${h.width} x ${h.height} pixels`,
    help: (h) => `Give it a size from ${h.smallest} to ${2 * h.smallest}.`,
    explanation:
      "resize leaves room for random_crop to cut the model's size from, so it cannot make pictures smaller than that; those larger than twice the model's size are not kept. Without it pictures are scaled to the model's size.",
    bad: recipe("folder(augment: [resize(100), random_crop(padding: 0)])"),
    good: recipe("folder(augment: [resize(128), random_crop(padding: 0)])"),
  }),
};
