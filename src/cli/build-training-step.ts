import { placesFromHome, sourceDigest } from "../source/source-origin.js";
import { byteLengthOf } from "../targets/onnx/framing.js";
import type { StepBuildResult } from "../targets/onnx-train/build-step.js";
import { version } from "../version.js";
import { formatBytes, keepsInputs, writeOutput } from "./build-files.js";
import { outputName } from "./build-output.js";
import { compileOneRecipe } from "./one-recipe.js";
import type { ExitCode, Session } from "./session.js";
import { loadRuntime, runtimeTitle } from "./talk-of-runtime.js";
import { readWeights, reportRefusal, talkOfNames, type WeightArguments } from "./weight-arguments.js";

export interface StepArguments extends WeightArguments {
  readonly path: string;
  readonly output: string;
  readonly recipe?: string | undefined;
  readonly batch?: number | undefined;
  readonly set: ReadonlyMap<string, string>;
  readonly seed: number;
  readonly opset: number;
  readonly verify: boolean;
}

/** The line that reports what was written, and the error found by the verification. */
function describe(path: string, built: Extract<StepBuildResult, { kind: "built" }>, opset: number): string {
  const { pieces, nodeCount, verification } = built;
  const written = `${path}: ${formatBytes(byteLengthOf(pieces))}, opset ${opset}, a training step of ${nodeCount} ops`;
  if (verification === undefined) return `${written}; not verified\n`;
  const { input, error, engine } = verification;
  return `${written}; each op in ${runtimeTitle(engine)} equal to the reference (${input}): ${error.toExponential(1)}\n`;
}

/** `build --target onnx-train`. */
export async function buildTrainingStep(session: Session, args: StepArguments): Promise<ExitCode> {
  const { path, output, recipe: name, set } = args;
  const found = await compileOneRecipe(session, path, name, set);
  if (found === undefined) return 1;
  const { recipe, compiled } = found;
  if (!(await keepsInputs(session, output, compiled, args))) return 1;
  const weights = await readWeights(session, "build", args);
  if (weights === undefined) return 1;
  const { buildStepFile } = await import("../training/step-file.js");
  const { sources } = compiled;
  const built = await buildStepFile(recipe, {
    batch: args.batch,
    opset: args.opset,
    weights,
    verify: args.verify,
    loadRuntime: () => loadRuntime(session),
    provenance: { lferVersion: version, sourceSha256: sourceDigest(sources), settings: set },
    describeSpan: placesFromHome(sources),
  });
  if (built.kind === "refused") {
    reportRefusal(session, built, compiled.texts);
    return 1;
  }
  if (built.runtimeMissing !== undefined) session.talk(`not verified: ${built.runtimeMissing.message}\n`);
  if (!(await writeOutput(session, output, built.pieces))) return 1;
  talkOfNames(session, built.account);
  session.talk(describe(outputName(output), built, args.opset));
  return 0;
}
