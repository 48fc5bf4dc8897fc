import { readFile, realpath, stat } from "node:fs/promises";
import { posix, resolve } from "node:path";
import type { CommandModule } from "yargs";
import type { Sources } from "../compiler.js";
import { loadOnnxRuntime } from "../deploy/onnx-runtime.js";
import { type Diagnostic, diagnose } from "../diagnostics/diagnostic.js";
import { formatPlace, sourceTexts } from "../diagnostics/source-text.js";
import { writeFileWhole } from "../hosts/write-file.js";
import type { Graph } from "../ir/graph.js";
import { printGraph } from "../ir/text.js";
import type { OptimizeLevel } from "../passes/pipeline.js";
import { type BuildResult, buildOnnx, type WeightSource } from "../targets/onnx/build.js";
import { byteLengthOf } from "../targets/onnx/framing.js";
import { defaultOpset, isKnownOpset, newestOpset, oldestOpset } from "../targets/onnx/opsets.js";
import { version } from "../version.js";
import { displayPath } from "./project.js";
import { type ExitCode, runCommand, type Session } from "./session.js";
import { modelOption, parseSettings, setOption } from "./shared-options.js";
import { sourceDigest } from "./source-digest.js";
import { UsageError } from "./usage.js";

const available = ["onnx", "ir"] as const;
const reserved = ["onnx-train", "tfjs", "tfjs-train", "svg"] as const;

interface BuildArguments {
  readonly path: string;
  readonly output: string;
  readonly target: string;
  readonly model?: string | undefined;
  readonly set?: readonly string[] | undefined;
  readonly weights?: string | undefined;
  readonly opset: number;
  readonly optimize: number;
  readonly seed: number;
  readonly verify: boolean;
}

function checkUsage({ target, opset, optimize, seed }: BuildArguments): ReturnType<typeof diagnose> | undefined {
  const wrong = (detail: string) => diagnose("tool/wrong-usage", { command: "build", detail });
  if ((reserved as readonly string[]).includes(target)) {
    return diagnose("onnx/unsupported-target", { target, available });
  }
  if (!(available as readonly string[]).includes(target)) return wrong(`--target takes ${available.join(" or ")}`);
  if (!Number.isInteger(opset)) return wrong("--opset takes a whole number");
  if (!isKnownOpset(opset)) {
    return diagnose("onnx/unsupported-opset", { opset, oldest: oldestOpset, newest: newestOpset });
  }
  if (![0, 1, 2].includes(optimize)) return wrong("--optimize takes 0, 1 or 2");
  return Number.isSafeInteger(seed) && seed >= 0 ? undefined : wrong("--seed takes a whole number from 0");
}

async function readWeights(args: BuildArguments, cwd: string): Promise<WeightSource | Diagnostic> {
  const { weights: file } = args;
  if (file === undefined) return { kind: "seed", seed: args.seed };
  const path = resolve(cwd, file);
  try {
    // A pipe or a device may never end.
    if (!(await stat(path)).isFile())
      return diagnose("weights/file-unreadable", { file, reason: "it is no regular file" });
    return { kind: "file", file, bytes: await readFile(path) };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return diagnose("weights/file-unreadable", { file, reason: code === "ENOENT" ? "there is no such file" : message });
  }
}

const size = (bytes: number): string =>
  bytes < 1e5 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(2)} MB`;

/** One line for people: what was written, and how well it was proven. */
function describe(path: string, built: Extract<BuildResult, { kind: "built" }>, opset: number): string {
  const { pieces, nodeCount, verification } = built;
  const written = `${path}: ${size(byteLengthOf(pieces))}, opset ${opset}, ${nodeCount} layers`;
  if (verification === undefined) return `${written}; not verified\n`;
  const { input, graphError, fileError } = verification;
  const file = fileError === undefined ? "" : `, in ONNX Runtime ${fileError.toExponential(1)}`;
  return `${written}; equal to the reference (${input}, batch 2): rewritten graph ${graphError.toExponential(1)}${file}\n`;
}

/** The one graph that is meant, with what it was made of; what is wrong is reported. */
async function compileOne(session: Session, args: BuildArguments, set: ReadonlyMap<string, string>) {
  const { files, failed } = await session.expand([args.path]);
  if (failed) return undefined;
  const [path = args.path, ...others] = files;
  if (others.length > 0) {
    const choices = files.map((file) => displayPath(session.cwd, file));
    session.report([diagnose("onnx/which-model", { path: args.path, choices, flag: "PATH" })]);
    return undefined;
  }
  const compiled = await session.compilePath(path, { model: args.model ?? "main", set, graphsOnly: true });
  if (compiled.hasErrors) return undefined;
  const [model, ...more] = compiled.compilation.models;
  if (model === undefined || more.length > 0) {
    const choices = compiled.compilation.models.map(({ name }) => name);
    session.report([diagnose("onnx/which-model", { path: args.path, choices, flag: "--model NAME" })]);
    return undefined;
  }
  const { sources, texts } = compiled;
  const read = [...sources.files.keys()].filter((file) => !file.startsWith("std/"));
  return { graph: model.graph, sources, read: read.map((file) => resolve(session.cwd, texts.displayName(file))) };
}

async function write(session: Session, args: BuildArguments, pieces: readonly Uint8Array[]): Promise<boolean> {
  const result = await writeFileWhole(resolve(session.cwd, args.output), pieces);
  if (result.kind === "written") return true;
  const { code, existed } = result;
  session.report([diagnose("onnx/cannot-write-file", { path: args.output, code, existed })]);
  return false;
}

/** Whether the output is one of these files, by whatever name or link. */
async function isAmong(output: string, files: readonly string[]): Promise<boolean> {
  const real = (path: string): Promise<string> => realpath(path).catch(() => path);
  const target = await real(output);
  return (await Promise.all(files.map(real))).includes(target);
}

async function build(session: Session, args: BuildArguments): Promise<ExitCode> {
  const usage = checkUsage(args);
  if (usage !== undefined) throw new UsageError(usage);
  const set = parseSettings(args.set);
  if ("code" in set) throw new UsageError(set);
  const compiled = await compileOne(session, args, set);
  if (compiled === undefined) return 1;
  const { graph, sources, read } = compiled;
  const weights = args.weights === undefined ? [] : [resolve(session.cwd, args.weights)];
  if (await isAmong(resolve(session.cwd, args.output), [...read, ...weights])) {
    session.report([diagnose("onnx/output-is-input", { path: args.output })]);
    return 1;
  }
  if (args.target === "ir") return (await write(session, args, [new TextEncoder().encode(printGraph(graph))])) ? 0 : 1;
  return buildFile(session, args, graph, sources, set);
}

async function buildFile(
  session: Session,
  args: BuildArguments,
  graph: Graph,
  sources: Sources,
  settings: ReadonlyMap<string, string>,
): Promise<ExitCode> {
  const weights = await readWeights(args, session.cwd);
  if ("code" in weights) {
    session.report([weights]);
    return 1;
  }
  // Paths as seen from the model's own file, wherever the user stands: the bytes must not depend on it.
  const home = posix.dirname(sources.entry);
  const texts = sourceTexts(
    (file) => sources.files.get(file)?.text,
    (file) => (file.startsWith("std/") ? file : posix.relative(home, file)),
  );
  const built = await buildOnnx(graph, {
    opset: args.opset,
    level: args.optimize as OptimizeLevel,
    weights,
    verify: args.verify,
    loadRuntime: loadOnnxRuntime,
    provenance: { lferVersion: version, sourceSha256: sourceDigest(sources), settings },
    describeSpan: (span) => formatPlace(span, texts),
  });
  if (built.kind === "refused") {
    session.report(built.diagnostics);
    return 1;
  }
  if (built.runtimeMissing !== undefined) {
    session.talk(`only the graph was verified, not the file: ${built.runtimeMissing.message}\n`);
  }
  if (!(await write(session, args, built.pieces))) return 1;
  session.talk(describe(args.output, built, args.opset));
  return 0;
}

export const buildCommand: CommandModule<object, BuildArguments> = {
  command: "build <path>",
  describe: "Writes a model as an ONNX file, optimised and compared with the reference before it is written.",
  builder: (yargs) =>
    yargs
      .positional("path", { type: "string", demandOption: true, describe: "the .lfer file" })
      .option("output", {
        alias: "o",
        type: "string",
        demandOption: true,
        requiresArg: true,
        describe: "the file to write",
      })
      .option("target", {
        type: "string",
        default: "onnx",
        requiresArg: true,
        describe: "onnx: a model for deployment; ir: the graph as text",
      })
      .option("model", modelOption)
      .option("set", setOption)
      .option("weights", {
        type: "string",
        requiresArg: true,
        describe: "a .safetensors file with the model's weights; without it they are drawn from --seed",
      })
      .option("seed", { type: "number", default: 0, requiresArg: true, describe: "seed of the initial weights" })
      .option("opset", {
        type: "number",
        default: defaultOpset,
        requiresArg: true,
        describe: `ONNX operator set, ${oldestOpset} to ${newestOpset}`,
      })
      .option("optimize", {
        type: "number",
        default: 1,
        requiresArg: true,
        describe: "0: every layer as written; 1: batch norm folded, dead taps and idle nodes cut; 2: as 1, for now",
      })
      .option("verify", {
        type: "boolean",
        default: true,
        describe: "compare with the reference before writing; --no-verify saves the time",
      })
      .example("lferc build models/lfer_ldl.lfer -o model.onnx", "with fresh weights")
      .example("lferc build models/lfer_ldl.lfer -o model.onnx --weights best.safetensors", "with trained ones"),
  handler: (args) => runCommand((session) => build(session, args)),
};
