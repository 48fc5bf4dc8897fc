import { isProblem, type Problem } from "../../diagnostics/diagnostic.js";
import { invariant } from "../../diagnostics/invariant.js";
import type { Graph } from "../../ir/graph.js";
import { bindBatch } from "../../ops/bind-batch.js";
import { optimize } from "../../passes/pipeline.js";
import { compileStep } from "../../targets/tfjs/compile.js";
import type { Evaluator, EvaluatorOptions } from "../engine.js";
import { loadTfjsNode } from "./tfjs-runtime.js";
import { TfjsStep } from "./tfjs-step.js";

/** A network as inference sees it, rewritten by the passes of a build: a program for each size of batch that is asked for. */
export async function tfjsEvaluator(
  given: Graph,
  { weights, threads }: EvaluatorOptions,
): Promise<Evaluator | Problem> {
  const tf = await loadTfjsNode(threads);
  if (isProblem(tf)) return tf;
  const own = new Map(
    given.slots.map(({ name }) => {
      const values = weights.get(name);
      invariant(values !== undefined, `no weights for ${name}`);
      return [name, values] as const;
    }),
  );
  const network = optimize({ graph: given, weights: own }, 1);
  const programs = new Map<number, TfjsStep>();
  const programFor = (batch: number): TfjsStep => {
    const known = programs.get(batch);
    if (known !== undefined) return known;
    const made = new TfjsStep(
      tf,
      compileStep(bindBatch(network.graph, batch), { native: true }),
      network.weights,
      "tfjs-node",
    );
    programs.set(batch, made);
    return made;
  };
  return {
    run: (inputs, batch) => programFor(batch).run(inputs),
    dispose: async () => {
      for (const program of programs.values()) await program.dispose();
      programs.clear();
    },
  };
}
