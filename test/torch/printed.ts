import { type Compilation, compile, load } from "../../src/compiler.js";
import { isProblem } from "../../src/diagnostics/diagnostic.js";
import { memoryHost } from "../../src/hosts/memory-host.js";
import { buildTorchModule } from "../../src/targets/torch/build-module.js";

type Model = Compilation["models"][number];

/** The module of a compiled model; a refusal is thrown as its code. */
export function printed(deployed: Model, training?: Model) {
  const about = { lferVersion: "0.0.0", sourceSha256: "0".repeat(64), settings: new Map<string, string>() };
  const built = buildTorchModule({ deployed, training, ...about });
  if (isProblem(built)) throw new Error(built.diagnose({}).code);
  return built;
}

/** The only model of a text, in inference form, and in training form if it asks for it. */
export async function modelsOf(text: string): Promise<readonly [deployed: Model, training: Model | undefined]> {
  const sources = await load(memoryHost({ "m.lfer": text }), "m.lfer");
  const made = (training: boolean): Model => {
    const { models, diagnostics } = compile(sources, { graphsOnly: true, training });
    const wrong = diagnostics.find(({ severity }) => severity === "error");
    if (wrong !== undefined || models[0] === undefined) throw new Error(wrong?.message ?? "no model");
    return models[0];
  };
  const deployed = made(false);
  return [deployed, deployed.asksTraining ? made(true) : undefined];
}
