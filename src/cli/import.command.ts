import { basename, resolve } from "node:path";
import type { CommandModule } from "yargs";
import { diagnose, isProblem } from "../diagnostics/diagnostic.js";
import { oneLine } from "../diagnostics/display-text.js";
import { importOnnx } from "../import/import-file.js";
import { formatBytes, keepsFiles, writeOutputs } from "./build-files.js";
import { isOnnxPath } from "./onnx-file.js";
import { displayPath } from "./project.js";
import { type ExitCode, runCommand, type Session } from "./session.js";
import { parseSettings } from "./shared-options.js";
import { shellWord } from "./shell-word.js";
import { loadRuntime } from "./talk-of-runtime.js";
import { typedCommand } from "./typed-command.js";
import { UsageError } from "./usage.js";

interface ImportArguments {
  readonly path: string;
  readonly output: string;
  readonly set?: readonly string[] | undefined;
  readonly recipe: boolean;
  readonly verify: boolean;
}

const ending = ".lfer";

function refuseUsage(detail: string): never {
  throw new UsageError(diagnose("tool/wrong-usage", { command: "import", detail }));
}

async function importFile(session: Session, args: ImportArguments): Promise<ExitCode> {
  const { path, output } = args;
  if (!isOnnxPath(path)) refuseUsage(`${oneLine(path)} is no .onnx file`);
  if (!output.endsWith(ending)) refuseUsage(`-o takes a file that ends in ${ending}, not ${oneLine(output)}`);
  const sizes = parseSettings(args.set);
  if ("code" in sizes) throw new UsageError(sizes);
  const { readModelFile } = await import("../deploy/model-file.js");
  const file = resolve(session.cwd, path);
  session.note([file]);
  const bytes = await readModelFile(file);
  if (isProblem(bytes)) {
    session.report([bytes.diagnose({})]);
    return 1;
  }
  const weightsPath = `${output.slice(0, -ending.length)}.safetensors`;
  for (const written of [output, weightsPath]) if (!(await keepsFiles(session, written, [path]))) return 1;
  const imported = await importOnnx({
    bytes,
    path: displayPath(session.cwd, file),
    name: basename(file).replace(/\.onnx$/i, ""),
    sizes,
    hasRecipe: args.recipe,
    verify: args.verify,
    loadRuntime: () => loadRuntime(session),
  });
  if (imported.kind === "refused") {
    session.report(imported.diagnostics);
    return 1;
  }
  session.report(imported.warnings);
  const files = new Map([
    [output, [new TextEncoder().encode(imported.text)]],
    [weightsPath, imported.weights],
  ]);
  if (!(await writeOutputs(session, files))) return 1;
  const size = imported.weights.reduce((sum, { byteLength }) => sum + byteLength, 0);
  const lines = imported.text.split("\n").filter((line) => line.trim() !== "" && !/^\s*\/\//.test(line)).length;
  const { proof, runtimeMissing } = imported;
  const proven =
    proof === undefined
      ? "the same graph and counts; outputs not compared"
      : `the same graph and counts; outputs in ONNX Runtime differ by ${proof.error.toExponential(1)} of at most ${proof.allowed.toExponential(1)}, with ${proof.weights} weights`;
  session.talk(`${oneLine(output)}: ${lines} lines; ${proven}\n`);
  if (runtimeMissing !== undefined) session.talk(`${runtimeMissing.message}\n`);
  session.talk(`${oneLine(weightsPath)}: ${formatBytes(size)}, the file's weights under the new names\n`);
  for (const remark of imported.remarks) session.talk(`${remark}\n`);
  const [source, weights] = [output, weightsPath].map((each) => oneLine(shellWord(each)));
  session.talk(`try:  ${typedCommand} build ${source} --target onnx -o again.onnx --weights ${weights}\n`);
  return 0;
}

export const importCommand: CommandModule<object, ImportArguments> = {
  command: "import <path>",
  describe:
    "Turns an ONNX file into a .lfer file and its weights: equal parts become blocks, repetitions become repeat or a table. The text is compiled again, and nothing is written unless its graph, its counts and its outputs are those of the file.",
  builder: (yargs) =>
    yargs
      .positional("path", { type: "string", demandOption: true, describe: "the .onnx file" })
      .option("output", {
        alias: "o",
        type: "string",
        demandOption: true,
        requiresArg: true,
        describe: "the .lfer file; its weights are written beside it as .safetensors",
      })
      .option("set", {
        type: "string",
        array: true,
        requiresArg: true,
        describe: "the size of an open axis of the file's input, by its name: height=224",
      })
      .option("recipe", {
        type: "boolean",
        default: false,
        describe: "add a recipe that trains the network further, with its values as parameters",
      })
      .option("verify", {
        type: "boolean",
        default: true,
        describe: "compare the outputs with the file's in ONNX Runtime before writing; --no-verify skips this",
      })
      .example("lferc import resnet18.onnx -o resnet18.lfer", "resnet18.lfer and resnet18.safetensors")
      .example("lferc import resnet18.onnx -o r.lfer --recipe", "with a recipe to train it further"),
  handler: (args) => runCommand((session) => importFile(session, args)),
};
