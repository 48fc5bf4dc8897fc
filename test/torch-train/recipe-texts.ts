/** Recipes whose trainings have, between them, every line that a printed training may have. */

const model = `lfer 1
import { cross_entropy, weighted_cross_entropy, kl } from "std/losses"

model Small(size: int = 16) {
  input image: float32[N, 3, size, size] = picture(mean: [0.5, 0.4, 0.3], std: [0.25, 0.25, 0.2])
  stem = image -> conv(8, stride: 2) -> batch_norm -> relu -> max_pool(3, stride: 2)
  logits = stem -> conv(8) -> batch_norm -> relu -> global_avg_pool -> flatten -> linear(3)
  output logits: labels(["surprise", "happiness", "neutral"])
}

model Dropping {
  input image: float32[N, 3, 16, 16] = picture(mean: [0.5, 0.4, 0.3], std: [0.25, 0.25, 0.2])
  stem = image -> conv(8, stride: 2) -> batch_norm -> relu -> max_pool(3, stride: 2)
  logits = stem -> dropout(0) -> flatten -> linear(3)
  output logits: labels(["surprise", "happiness", "neutral"])
}

model NoNorm {
  input image: float32[N, 3, 16, 16] = picture(mean: [0.5, 0.4, 0.3], std: [0.25, 0.25, 0.2])
  logits = image -> conv(8, stride: 2, bias: true) -> relu -> flatten -> linear(3)
  output logits: labels(["surprise", "happiness", "neutral"])
}
`;

/** A usual recipe. */
export const plainText = `${model}
recipe Plain(epochs: int = 4) {
  student   = Small
  data      = folder(augment: [horizontal_flip(0.5), random_crop(2)])
  loss      = cross_entropy(student.logits, data.label)
  optimizer = sgd(lr: 0.05, momentum: 0.9, weight_decay: 1e-3)
  schedule  = cosine(floor: 1e-4, warmup_epochs: 1)
  train     = run(batch: 8, epochs: epochs, seed: 3)
}
`;

/** The same on a network without batch norm, with a loss that divides by a sum of weights. */
export const weightedText = `${model}
recipe Weighted(epochs: int = 4) {
  student   = NoNorm
  data      = folder(sampler: "power", augment: [random_resized_crop(scale: [0.5, 1])])
  loss      = weighted_cross_entropy(student.logits, data.label, weights: [3, 1, 0.5], smoothing: 0.1)
  optimizer = adamw(lr: 0.01, groups: [group(at: "logits.linear", lr_scale: 0.5, decay_scale: 0)])
  schedule  = step(every_epochs: 2, factor: 0.5)
  train     = run(batch: 8, epochs: epochs, seed: 4, last_batch: "keep")
}
`;

/** Whatever else a recipe may have. */
export const fullText = `${model}
recipe Full(epochs: int = 4) {
  student    = Dropping
  teacher    = frozen(NoNorm, weights: "teacher.safetensors")
  data       = folder(
    distributions: "distributions.csv", sampler: "balanced",
    augment: [
      rotation(10, border: "reflect"), random_affine(10, translate: [0.1, 0.1], scale: [0.9, 1.1], border: "edge"),
      resize(20), random_crop(2, border: "mean"), color_jitter(0.2, 0.2, 0.2, hue: 0.1), random_grayscale(0.2),
      random_erasing(0.5), horizontal_flip, mixup(1, p: 0.5), cut_mix(1, p: 0.5),
    ],
  )
  loss       = cross_entropy(student.logits, data.label) + kl(data.distribution, student.logits)
               + 0.1 * kl(softmax(teacher.logits), student.logits)
  optimizer  = adam(lr: 0.01, weight_decay: 1e-4, clip_norm: 1, freeze: ["stem.conv"], decay_norm_and_bias: false)
  schedule   = plateau(patience: 1, cooldown: 1, warmup_epochs: 1)
  evaluation = mean_of_flips
  train      = run(
    batch: 8, epochs: epochs, accumulate: 2, average: 0.9, best_by: "mean_class_accuracy", patience: 9, min_delta: 0.01,
  )
}
`;

export const texts = { Plain: plainText, Weighted: weightedText, Full: fullText } as const;
