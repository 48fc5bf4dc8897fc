import { isProblem } from "../../src/diagnostics/diagnostic.js";
import type { Graph } from "../../src/ir/graph.js";
import { compileText } from "../../src/testing/compile-text.js";

/** A ShuffleNet-like network with all parts of LFER-LDL; test/peers/torch/make_reference.py contains it too. */
export const smallModel = `lfer 1
import { Unit, DownUnit } from "std/shufflenet"
import { cross_entropy } from "std/losses"

block Quadrant(channels: int) = depthwise(channels, stride: 2) -> batch_norm -> relu6

model Small(size: int = 32) {
  input image: float32[N, 3, size, size] = picture(mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25])
  stem   = image -> conv(4, stride: 2) -> batch_norm -> relu -> max_pool(3, stride: 2)
  global = stem -> DownUnit(8) as down -> Unit(8) as unit
  local  = stem -> grid(2, 2, Quadrant(8))
  deep   = global + local -> conv(12, kernel: 1) -> batch_norm -> relu
  logits = deep -> global_avg_pool -> depthwise -> batch_norm -> mish -> conv(5, kernel: 1, bias: true) -> flatten
  output logits: labels(["a", "b", "c", "d", "e"])
}

recipe Plain {
  student   = Small
  data      = folder()
  loss      = cross_entropy(student.logits, data.label)
  optimizer = sgd(lr: 0.1, momentum: 0.9, weight_decay: 1e-4)
  train     = run(batch: 4, epochs: 1, seed: 0)
}
`;

/** The network and its loss, as in the recipe. */
export async function compileRecipe(text: string): Promise<{ readonly network: Graph; readonly loss: Graph }> {
  const { diagnostics, recipes } = await compileText(text);
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  const [recipe] = recipes;
  if (recipe === undefined || isProblem(recipe)) throw new Error(errors.map(({ message }) => message).join("\n"));
  return { network: recipe.student.graph, loss: recipe.loss };
}
