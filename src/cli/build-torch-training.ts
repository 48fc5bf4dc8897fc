import { join, resolve } from "node:path";
import { diagnose, isProblem, type Problem } from "../diagnostics/diagnostic.js";
import { makeFolder } from "../hosts/folders.js";
import { sourceDigest } from "../source/source-origin.js";
import { byteLengthOf } from "../targets/onnx/framing.js";
import { buildTorchModule, type Compiled } from "../targets/torch/build-module.js";
import { runSource } from "../training/run-source.js";
import { type PrintedNetwork, printTorchTraining } from "../training/torch-training.js";
import { version } from "../version.js";
import { formatBytes, keepsInputs, writeOutputs } from "./build-files.js";
import { outputName } from "./build-output.js";
import { compileOneRecipe } from "./one-recipe.js";
import type { ExitCode, Session } from "./session.js";
import { readWeights, reportRefusal, talkOfNames, type WeightArguments } from "./weight-arguments.js";

export interface TorchTrainingArguments extends WeightArguments {
  readonly path: string;
  readonly output: string;
  readonly recipe: string;
  readonly set: ReadonlyMap<string, string>;
  /** By default, the recipe's own. */
  readonly seed: number | undefined;
}

type Files = Map<string, readonly Uint8Array[]>;

/** `--target torch --recipe NAME`: the student's module, the teacher's, and the scripts that train. */
export async function buildTorchTraining(session: Session, args: TorchTrainingArguments): Promise<ExitCode> {
  const { output, set, seed } = args;
  const found = await compileOneRecipe(session, args.path, args.recipe, set);
  if (found === undefined) return 1;
  const { recipe, student: deployed, compiled } = found;
  if (!(await keepsInputs(session, output, compiled, args))) return 1;
  const weights = await readWeights(session, "build", { ...args, seed: seed ?? 0 });
  if (weights === undefined) return 1;
  const { sources } = compiled;
  const sourceSha256 = sourceDigest(sources);
  const files: Files = new Map();
  const network = (module: string, own: Compiled, training: Compiled | undefined): PrintedNetwork | Problem => {
    const request = { deployed: own, training, lferVersion: version, sourceSha256, settings: set };
    const built = buildTorchModule(request);
    if (isProblem(built)) return built;
    files.set(`${module}.py`, [new TextEncoder().encode(built.text)]);
    return { module, className: built.className };
  };
  const student = network("model", deployed, deployed.asksTraining ? recipe.student : undefined);
  const teacher = recipe.teacher === undefined ? undefined : network("teacher", recipe.teacher.model, undefined);
  const wrong = [student, teacher].filter((made) => made !== undefined && isProblem(made)) as readonly Problem[];
  if (isProblem(student) || (teacher !== undefined && isProblem(teacher))) {
    session.report(wrong.map((each) => each.diagnose({})));
    return 1;
  }
  const made = printTorchTraining({
    recipe,
    deployed: deployed.graph,
    source: runSource(sources.entry, new Map([...sources.files].map(([path, { text }]) => [path, text]))),
    sourceSha256,
    set,
    seed,
    weights: weights.kind === "file" ? weights : undefined,
    student,
    teacher,
  });
  if (made.kind === "refused") {
    reportRefusal(session, made, compiled.texts);
    return 1;
  }
  for (const [name, pieces] of made.files) files.set(name, pieces);
  if (!(await writeFolder(session, output, files))) return 1;
  talkOfNames(session, made.account);
  const bytes = byteLengthOf([...files.values()].flat());
  session.talk(`${outputName(output)}: ${files.size} files, ${formatBytes(bytes)}: ${[...files.keys()].join(", ")}\n`);
  return 0;
}

/** All of the files or none; false if they cannot be written (reported). */
async function writeFolder(session: Session, output: string, files: Files): Promise<boolean> {
  const folder = await makeFolder(resolve(session.cwd, output));
  if (folder.kind === "made") {
    return writeOutputs(session, new Map([...files].map(([name, pieces]) => [join(output, name), pieces] as const)));
  }
  const { code } = folder;
  session.report([diagnose("onnx/cannot-write-file", { path: output, code, existed: false, isOneOfTwo: true })]);
  return false;
}
