import { sourceDigest } from "../source/source-origin.js";
import type { BuiltModule } from "../targets/tfjs-train/build-module.js";
import { version } from "../version.js";
import { formatBytes, keepsInputs, writeOutput } from "./build-files.js";
import { outputName } from "./build-output.js";
import { compileOneRecipe } from "./one-recipe.js";
import type { ExitCode, Session } from "./session.js";
import { readWeights, reportRefusal, talkOfNames, type WeightArguments } from "./weight-arguments.js";

export interface StepModuleArguments extends WeightArguments {
  readonly path: string;
  readonly output: string;
  readonly recipe?: string | undefined;
  readonly batch?: number | undefined;
  readonly set: ReadonlyMap<string, string>;
  /** By default, the recipe's own. */
  readonly seed?: number | undefined;
  readonly verify: boolean;
}

/** The line that reports what was written, and the error found by the verification. */
function describe(path: string, { calls, verification }: BuiltModule, bytes: number, isVerified: boolean): string {
  const written = `${path}: ${formatBytes(bytes)}, a training step of ${calls} calls`;
  if (verification !== undefined) {
    const { input, error, runtime } = verification;
    return `${written}; each op in ${runtime} equal to the reference (${input}): ${error.toExponential(1)}\n`;
  }
  return `${written}; ${isVerified ? "only its first weights were compared" : "not verified"}\n`;
}

/** `build --target tfjs-train`. */
export async function buildTrainingModule(session: Session, args: StepModuleArguments): Promise<ExitCode> {
  const { path, output, recipe: name, set, verify } = args;
  const found = await compileOneRecipe(session, path, name, set);
  if (found === undefined) return 1;
  const { recipe, compiled } = found;
  if (!(await keepsInputs(session, output, compiled, args))) return 1;
  const { seed = recipe.settings.train.fields.seed } = args;
  const weights = await readWeights(session, "build", { ...args, seed });
  if (weights === undefined) return 1;
  const [{ buildStepModule }, { findTfjs }] = await Promise.all([
    import("../training/step-module.js"),
    import("../engines/tfjs/any-tfjs.js"),
  ]);
  const built = await buildStepModule(recipe, {
    batch: args.batch,
    weights,
    seed,
    verify,
    loadTfjs: findTfjs,
    provenance: { lferVersion: version, sourceSha256: sourceDigest(compiled.sources), settings: set },
  });
  if (built.kind === "refused") {
    reportRefusal(session, built, compiled.texts);
    return 1;
  }
  const bytes = new TextEncoder().encode(built.text);
  if (!(await writeOutput(session, output, [bytes]))) return 1;
  talkOfNames(session, built.account);
  if (built.weightBytes > 0) {
    session.talk(`${outputName(output)} holds ${formatBytes(built.weightBytes)} of weights as text, a third longer\n`);
  }
  if (verify && built.verification === undefined) {
    session.talk(
      "not run: no TensorFlow.js is installed here (npm install @tensorflow/tfjs-node, or @tensorflow/tfjs)\n",
    );
  }
  session.talk(describe(outputName(output), built, bytes.length, verify));
  return 0;
}
