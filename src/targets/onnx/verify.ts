import { type Problem, problem } from "../../diagnostics/diagnostic.js";
import type { Graph } from "../../ir/graph.js";
import type { Block } from "../../passes/lay-out-channels.js";
import type { OptimizeLevel } from "../../passes/pipeline.js";
import type { ProofProgress } from "./proof-steps.js";
import { type Model, prove, type Verification } from "./prove.js";
import { runFile, type VerificationRuntime } from "./run-file.js";

export interface VerifyOptions {
  readonly opset: number;
  readonly level: OptimizeLevel;
  /** The runtime's block, for level 2. */
  readonly block?: Block | undefined;
  /** Without it only the graph is verified, not the file. */
  readonly runtime?: VerificationRuntime | undefined;
  readonly onProgress?: ((progress: ProofProgress) => void) | undefined;
  /** For tests: replaces the pipeline. */
  readonly rewrite?: (model: Model) => Model;
}

/** Compares the ONNX file that would be written with the reference, in ONNX Runtime. */
export async function verifyOnnx(graph: Graph, options: VerifyOptions): Promise<Verification | Problem> {
  const { runtime, opset, level, block, onProgress, rewrite } = options;
  const model = graph.name;
  return prove(graph, {
    level,
    block,
    onProgress,
    rewrite,
    run: runtime && ((written, inputs) => runFile(written, inputs, opset, runtime)),
    runsFullSize: true,
    titles: { rewritten: "the rewritten graph, in float64", file: "the file, in ONNX Runtime" },
    engine: runtime?.engine ?? "ort",
    problems: {
      rewritten: (found) => problem("onnx/optimiser-differs", { model, ...found }),
      file: (found) => problem("onnx/runtime-differs", { model, ...found }),
      refused: (reason) => problem("onnx/runtime-refuses", { model, reason }),
    },
  });
}
