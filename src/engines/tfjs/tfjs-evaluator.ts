import { invariant } from "../../diagnostics/invariant.js";
import type { Graph } from "../../ir/graph.js";
import { bindBatch } from "../../ops/bind-batch.js";
import { optimize } from "../../passes/pipeline.js";
import { compileStep } from "../../targets/tfjs/compile.js";
import type { Evaluator, EvaluatorOptions } from "../engine.js";
import { type TfjsPlace, TfjsStep } from "./tfjs-step.js";

/** A network in inference form, rewritten by the passes of a build: a program for each batch size, compiled when first needed. */
export function tfjsEvaluator(
  place: TfjsPlace,
  given: Graph,
  { weights }: Pick<EvaluatorOptions, "weights">,
): Evaluator {
  const own = new Map(
    given.slots.map(({ name }) => {
      const values = weights.get(name);
      invariant(values !== undefined, `no weights for ${name}`);
      return [name, values] as const;
    }),
  );
  const network = optimize({ graph: given, weights: own }, 1);
  const programs = new Map<number, TfjsStep>();
  const programFor = async (batch: number): Promise<TfjsStep> => {
    const known = programs.get(batch);
    if (known !== undefined) return known;
    const program = compileStep(bindBatch(network.graph, batch), place.kind.program);
    const made = await TfjsStep.start(place, program, network.weights, place.kind.name);
    programs.set(batch, made);
    return made;
  };
  return {
    run: async (inputs, batch) => (await programFor(batch)).run(inputs),
    dispose: async () => {
      for (const program of programs.values()) await program.dispose();
      programs.clear();
    },
  };
}
