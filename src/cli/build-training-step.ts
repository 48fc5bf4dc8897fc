import { resolve } from "node:path";
import { diagnose } from "../diagnostics/diagnostic.js";
import { existing } from "../hosts/write-file.js";
import { placesFromHome, sourceDigest } from "../source/source-origin.js";
import { byteLengthOf } from "../targets/onnx/framing.js";
import type { StepFile } from "../targets/onnx-train/build-step.js";
import { version } from "../version.js";
import { formatBytes, keepsInputs, writeOutput, writeOutputs } from "./build-files.js";
import { outputName, partOutput } from "./build-output.js";
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
  readonly split: boolean;
}

/** The files of a step by what is in them; of two, each is named after its half. */
const outputsOf = ({ output, split }: StepArguments): Readonly<Record<StepFile["name"], string>> => ({
  step: output,
  gradients: split ? partOutput(output, "gradients") : output,
  update: split ? partOutput(output, "update") : output,
});

const titles = {
  step: "a training step",
  gradients: "the gradients of a training step",
  update: "the update of a training step",
} as const satisfies Readonly<Record<StepFile["name"], string>>;

/** The line that reports what was written, and the error found by the verification. */
function describe(path: string, { name, pieces, nodeCount, verification }: StepFile, opset: number): string {
  const written = `${path}: ${formatBytes(byteLengthOf(pieces))}, opset ${opset}, ${titles[name]} of ${nodeCount} ops`;
  if (verification === undefined) return `${written}; not verified\n`;
  const { input, error, engine } = verification;
  const given = input === "" ? "" : ` (${input})`;
  return `${written}; each op in ${runtimeTitle(engine)} equal to the reference${given}: ${error.toExponential(1)}\n`;
}

/** Whether `-o` names a device or a pipe (reported): beside those, nobody expects two files. */
async function isSpecial(session: Session, output: string): Promise<boolean> {
  const there = await existing(resolve(session.cwd, output));
  if (there === undefined || there.isFile() || there.isDirectory()) return false;
  session.report([
    diagnose("onnx/cannot-write-file", { path: output, code: "ENOTREG", existed: true, isOneOfTwo: true }),
  ]);
  return true;
}

/** `build --target onnx-train`. */
export async function buildTrainingStep(session: Session, args: StepArguments): Promise<ExitCode> {
  const { path, output, recipe: name, set, split } = args;
  const found = await compileOneRecipe(session, path, name, set);
  if (found === undefined) return 1;
  const { recipe, compiled } = found;
  const outputs = outputsOf(args);
  if (split && (await isSpecial(session, output))) return 1;
  for (const output of new Set(split ? [outputs.gradients, outputs.update] : [outputs.step])) {
    if (!(await keepsInputs(session, output, compiled, args))) return 1;
  }
  const weights = await readWeights(session, "build", args);
  if (weights === undefined) return 1;
  const { buildStepFiles } = await import("../training/step-file.js");
  const { sources } = compiled;
  const built = await buildStepFiles(recipe, {
    batch: args.batch,
    split,
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
  if (!(await write(session, outputs, built.files))) return 1;
  talkOfNames(session, built.account);
  for (const file of built.files) session.talk(describe(outputName(outputs[file.name]), file, args.opset));
  return 0;
}

type Outputs = ReturnType<typeof outputsOf>;

/** One file may be a device or standard output; two are written together. */
function write(session: Session, outputs: Outputs, files: readonly StepFile[]): Promise<boolean> {
  const [first] = files;
  if (first?.name === "step") return writeOutput(session, outputs.step, first.pieces);
  return writeOutputs(session, new Map(files.map(({ name, pieces }) => [outputs[name], pieces])));
}
