/** Training steps of the models in models/, for benchmarks: cross-entropy, SGD with momentum and weight decay. */
import { readdirSync, readFileSync } from "node:fs";
import type { Graph } from "../src/ir/graph.js";
import { sgd } from "../src/step/sgd.js";
import { trainingStep } from "../src/step/training-step.js";
import { compileText } from "../src/testing/compile-text.js";

const folder = new URL("../models/", import.meta.url);

export interface StepRequest {
  /** A file of models/, without its extension. */
  readonly file: string;
  readonly model: string;
  readonly size: number;
  readonly batch: number;
}

export interface StepGraphs {
  readonly step: Graph;
  /** The student in inference form. */
  readonly network: Graph;
}

export async function stepGraphs({ file, model, size, batch }: StepRequest): Promise<StepGraphs> {
  const models = Object.fromEntries(
    readdirSync(folder)
      .filter((name) => name.endsWith(".lfer"))
      .map((name) => [name, readFileSync(new URL(name, folder), "utf8")]),
  );
  const main = `lfer 1
import { ${model} } from "./${file}.lfer"
import { cross_entropy } from "std/losses"
recipe Bench {
  student   = ${model}(size: ${size})
  data      = folder()
  loss      = cross_entropy(student.logits, data.label)
  optimizer = sgd(lr: 0.01, momentum: 0.9, weight_decay: 1e-4)
  train     = run(batch: ${batch}, epochs: 1, seed: 0)
}
`;
  const {
    diagnostics,
    recipes,
    models: compiled,
  } = await compileText({ "main.lfer": main, ...models }, { recipe: "Bench" });
  const [recipe] = recipes;
  const [student] = compiled;
  if (recipe === undefined || student === undefined)
    throw new Error(diagnostics.map(({ message }) => message).join("\n"));
  const optimizer = sgd({ momentum: 0.9, weightDecay: 1e-4, nesterov: false });
  const step = trainingStep({ network: recipe.student.graph, loss: recipe.loss, batch, optimizer });
  return { step, network: student.graph };
}

export const stepGraph = async (request: StepRequest): Promise<Graph> => (await stepGraphs(request)).step;
