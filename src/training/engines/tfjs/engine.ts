import { isProblem } from "../../../diagnostics/diagnostic.js";
import type { Engine } from "../engine.js";
import { compileStep } from "./compile.js";
import { tfjsEvaluator } from "./evaluator.js";
import { loadTfjsNode, threadsInUse } from "./runtime.js";
import { TfjsStep } from "./tfjs-step.js";

/** TensorFlow.js on libtensorflow: maps with their channels last, native batch norms. */
export const tfjsNodeEngine: Engine = {
  name: "tfjs-node",
  availability: async () => {
    const tf = await loadTfjsNode();
    return isProblem(tf) ? tf : undefined;
  },
  create: async (step, { state, threads }) => {
    const tf = await loadTfjsNode(threads);
    if (isProblem(tf)) return tf;
    const { binding } = tf.backend();
    const description = `tfjs-node, TensorFlow ${binding.TF_Version}, ${threadsInUse()} threads`;
    return new TfjsStep(tf, compileStep(step), state, description);
  },
  evaluator: tfjsEvaluator,
};
