import { isProblem } from "../../src/diagnostics/diagnostic.js";
import { typeOf } from "../../src/ir/graph.js";
import { bindShape } from "../../src/ir/shape.js";
import { stepOfRecipe } from "../../src/step/from-recipe.js";
import type { TrainingStepSource } from "../../src/step/training-step.js";
import { verifyModule } from "../../src/targets/tfjs-train/verify-module.js";
import { probeStep } from "../../src/training/step-file.js";
import { buildStepModule } from "../../src/training/step-module.js";
import { initialiseWeights } from "../../src/weights/initialise.js";
import { writeSafetensors } from "../../src/weights/safetensors.js";
import { tfjs } from "../support/tfjs-cpu.js";
import { printed } from "../targets/tfjs-train/printed.js";
import { plainRecipe, recipeText } from "../training/small-recipe.js";

/** The result of a verification if functions of TensorFlow.js compute something else. */
async function proving(instead: Readonly<Record<string, unknown>>): Promise<readonly string[]> {
  const probe = probeStep(stepOfRecipe(await plainRecipe(recipeText())) as TrainingStepSource);
  const tf = { ...tfjs, ...instead };
  const found = await verifyModule(probe, (step) => printed(step), { tf, title: "another tfjs" });
  return isProblem(found) ? [found.diagnose({}).code] : [];
}

export const tfjsTrainScenarios = {
  "tfjs/step-differs": () => proving({ relu: (x: import("@tensorflow/tfjs-core").Tensor) => tfjs.elu(x) }),
  "tfjs/refuses-step": () =>
    proving({
      matMul: () => {
        throw new Error("no kernel BatchMatMul");
      },
    }),
  "tfjs/weights-too-large": async () => {
    const recipe = await plainRecipe(recipeText());
    const { graph } = recipe.student;
    const weights = initialiseWeights(graph, 0);
    const tensors = graph.slots.map(({ name, value }) => {
      return [
        name,
        { shape: bindShape(typeOf(graph, value).shape, 1), data: weights.get(name) as Float32Array },
      ] as const;
    });
    const bytes = Buffer.concat(writeSafetensors(new Map(tensors)));
    const built = await buildStepModule(recipe, {
      weights: { kind: "file", file: "w.safetensors", bytes },
      maxWeightBytes: 1000,
      seed: 0,
      verify: false,
      loadTfjs: () => Promise.resolve(undefined),
      provenance: { lferVersion: "0", sourceSha256: "", settings: new Map() },
    });
    return built.kind === "refused" ? built.diagnostics.map(({ code }) => code) : [];
  },
};
