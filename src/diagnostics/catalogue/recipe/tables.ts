import { entry } from "../../entry.js";

const recipe = (loss: string): string => `lfer 1

import { cross_entropy, kl } from "std/losses"

model M {
  input image: float32[N, 3, 8, 8]
  logits = image -> global_avg_pool -> flatten -> linear(3)
  output logits
}

recipe Train {
  student   = M
  data      = folder(distributions: "distributions.csv")
  loss      = ${loss}
  optimizer = sgd(lr: 0.1)
  train     = run(batch: 4, epochs: 1)
}
`;

/** Tables of distributions in a recipe. */
export const recipeDistributionEntries = {
  "recipe/distributions-unread": entry({
    severity: "error",
    message: () => "the data's distributions are given, but the loss does not read `data.distribution`",
    help: () => "Read it: `kl(data.distribution, student.logits)`. Or leave `distributions` out.",
    explanation: "A table that the loss does not read would have no effect.",
    bad: recipe("cross_entropy(student.logits, data.label)"),
    good: recipe("cross_entropy(student.logits, data.label) + kl(data.distribution, student.logits)"),
  }),
};
