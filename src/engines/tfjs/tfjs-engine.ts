import { isProblem } from "../../diagnostics/diagnostic.js";
import { compileStep } from "../../targets/tfjs/compile.js";
import type { Engine } from "../engine.js";
import { tfjsEvaluator } from "./tfjs-evaluator.js";
import { loadTfjsNode, threadsInUse } from "./tfjs-runtime.js";
import { TfjsStep } from "./tfjs-step.js";

/** TensorFlow.js on libtensorflow: maps with their channels last, native batch norms. */
export const tfjsNodeEngine: Engine = {
  name: "tfjs-node",
  availability: async (threads) => {
    const tf = await loadTfjsNode(threads);
    return isProblem(tf) ? tf : undefined;
  },
  create: async (step, { state, threads }) => {
    const tf = await loadTfjsNode(threads);
    if (isProblem(tf)) return tf;
    const { binding } = tf.backend();
    const threadsSaid = threadsInUse() === "1" ? "1 thread" : `${threadsInUse()} threads`;
    const description = `tfjs-node, TensorFlow ${binding.TF_Version}, ${threadsSaid}`;
    return new TfjsStep(tf, compileStep(step, { native: true }), state, description);
  },
  evaluator: tfjsEvaluator,
};
