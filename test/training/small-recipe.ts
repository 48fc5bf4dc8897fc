import type { ElaboratedRecipe } from "../../src/semantics/recipes/recipes.js";
import { compile } from "../support/tester.js";

/** A recipe of a small network with everything that a training step may contain, and a plain one. */
export const recipeText = (
  parts: { readonly optimizer?: string; readonly run?: string; readonly loss?: string } = {},
) => `lfer 1

import { cross_entropy } from "std/losses"
import { Unit } from "std/shufflenet"

model Small(size: int = 12) {
  input image: float32[N, 3, size, size] = picture(mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25])
  stem = image -> conv(8, stride: 2) -> batch_norm -> relu -> max_pool(3, stride: 2)
  logits = stem -> Unit(8) -> global_avg_pool -> flatten -> linear(3)
  output logits: labels(["a", "b", "c"])
}

recipe Plain(lr: float = 0.1) {
  student   = Small
  data      = folder()
  loss      = ${parts.loss ?? "cross_entropy(student.logits, data.label)"}
  optimizer = ${parts.optimizer ?? "sgd(lr: lr, momentum: 0.9, weight_decay: 1e-3)"}
  schedule  = cosine(floor: 1e-4, warmup_epochs: 1)
  train     = ${parts.run ?? "run(batch: 6, epochs: 20)"}
}
`;

/** The recipe `Plain` of a text, with settings. */
export async function plainRecipe(text: string, set: Readonly<Record<string, string>> = {}): Promise<ElaboratedRecipe> {
  const { recipes, diagnostics } = await compile(text, { recipe: "Plain", set: new Map(Object.entries(set)) });
  const [recipe] = recipes;
  if (recipe === undefined) throw new Error(diagnostics.map(({ message }) => message).join("\n"));
  return recipe;
}
