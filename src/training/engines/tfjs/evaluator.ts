import { isProblem, type Problem } from "../../../diagnostics/diagnostic.js";
import type { Graph } from "../../../ir/graph.js";
import { bindBatch } from "../../../ops/bind-batch.js";
import type { Values } from "../engine.js";
import { compileStep } from "./compile.js";
import { loadTfjsNode } from "./runtime.js";
import { TfjsStep } from "./tfjs-step.js";

export interface EvaluatorOptions {
  readonly weights: ReadonlyMap<string, Values>;
  readonly threads?: number | undefined;
}

/** A network as inference sees it: a program for each size of batch that is asked for. */
export async function tfjsEvaluator(graph: Graph, { weights, threads }: EvaluatorOptions) {
  const tf = await loadTfjsNode(threads);
  if (isProblem(tf)) return tf satisfies Problem;
  const programs = new Map<number, TfjsStep>();
  const programFor = (batch: number): TfjsStep => {
    const known = programs.get(batch);
    if (known !== undefined) return known;
    const made = new TfjsStep(tf, compileStep(bindBatch(graph, batch)), weights, "tfjs-node");
    programs.set(batch, made);
    return made;
  };
  return {
    run: (inputs: ReadonlyMap<string, Values>, batch: number) => programFor(batch).run(inputs),
    dispose: async (): Promise<void> => {
      for (const program of programs.values()) await program.dispose();
      programs.clear();
    },
  };
}
