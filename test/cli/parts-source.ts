/** A recipe with a teacher that another recipe trains, and one that reads distributions from a table. */
export const partsSource = `lfer 1

import { cross_entropy, kl } from "std/losses"

model Small(size: int = 16) {
  input image: float32[N, 3, size, size] = picture(mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25])
  a = image -> conv(8, kernel: 3, stride: 2) -> batch_norm -> relu
  logits = a -> global_avg_pool -> flatten -> linear(3)
  output logits: labels(["surprise", "happy", "neutral"])
}

recipe Teach(epochs: int = 3, folds: int = 1) {
  student = Small
  data = folder(augment: [horizontal_flip(0.5)])
  loss = cross_entropy(student.logits, data.label)
  optimizer = adam(lr: 0.01)
  train = run(batch: 16, epochs: epochs, folds: folds)
}

recipe Try(epochs: int = 2, teacher_weights: string = "teacher.safetensors") {
  student = Small
  teacher = frozen(Small, weights: teacher_weights, trained_by: Teach)
  data = folder()
  loss = kl(softmax(teacher.logits), student.logits)
  optimizer = adam(lr: 0.01)
  train = run(batch: 16, epochs: epochs)
}

recipe Given(distributions: string = "") {
  student = Small
  data = folder(distributions: distributions)
  loss = kl(data.distribution, student.logits) + cross_entropy(student.logits, data.label)
  optimizer = adam(lr: 0.01)
  train = run(batch: 16, epochs: 2)
}
`;
