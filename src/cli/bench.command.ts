import { availableParallelism } from "node:os";
import type { CommandModule } from "yargs";
import type { BenchResult, BenchSettings } from "../deploy/bench-result.js";
import { readModelFile } from "../deploy/model-file.js";
import { loadNativeRuntime } from "../deploy/onnx-runtime.js";
import { renderBenches, renderBenchJson } from "../deploy/render-bench.js";
import type { OnnxRuntime } from "../deploy/runtime.js";
import { loadWasmRuntime } from "../deploy/wasm-runtime.js";
import { diagnose, isProblem, type Problem } from "../diagnostics/diagnostic.js";
import { automaticText, chooseEngine, engines } from "../engines/registry.js";
import { measureInTurns, ownTurn } from "./bench-turns.js";
import { liveLine } from "./live-line.js";
import { compileOneModel } from "./one-model.js";
import { compileOneRecipe } from "./one-recipe.js";
import { type ExitCode, runCommand, type Session } from "./session.js";
import { modelOption, parseSettings, recipeOption, recipeSetOption } from "./shared-options.js";
import { loadRuntime, talkOfEngine, threadsOf } from "./talk-of-runtime.js";
import { widthOn } from "./terminal.js";
import { UsageError } from "./usage.js";

const formats = ["pretty", "json"] as const;
/** Default: a step takes a hundred times as long as a picture. */
const stepsOfTraining = 20;
const stepsOfInference = 100;
const warmupOfTraining = 2;
const warmupOfInference = 10;

interface BenchArguments {
  readonly file: readonly string[];
  readonly recipe?: string | undefined;
  readonly model?: string | undefined;
  readonly engine: string;
  readonly set?: readonly string[] | undefined;
  readonly batch?: number | undefined;
  readonly threads?: number | undefined;
  readonly steps?: number | undefined;
  readonly device?: string | undefined;
  readonly format: (typeof formats)[number];
}

function refuseUsage(detail: string): never {
  throw new UsageError(diagnose("tool/wrong-usage", { command: "bench", detail }));
}

function checkUsage(args: BenchArguments): void {
  for (const flag of ["batch", "threads", "steps"] as const) {
    const value = args[flag];
    if (value !== undefined && !(Number.isSafeInteger(value) && value >= 1)) {
      refuseUsage(`--${flag} takes a whole number from 1`);
    }
  }
  if (args.device?.trim() === "") refuseUsage("--device takes a name for the machine");
  if (args.recipe === undefined) {
    if (!Object.hasOwn(runtimes, args.engine)) {
      const known = Object.keys(runtimes).join(", ");
      refuseUsage(`models are measured in ONNX Runtime on the CPU: --engine takes ${known} without --recipe`);
    }
    return;
  }
  if (args.model !== undefined) refuseUsage("the recipe says which model: leave --model out");
  if (args.file.some((file) => file.endsWith(".onnx"))) {
    refuseUsage("--recipe is for .lfer files; a training step in an ONNX file is measured without it");
  }
}

/** The runtime for a model, by the value of --engine. */
const runtimes: Readonly<Record<string, (session: Session) => Promise<OnnxRuntime | Problem>>> = {
  auto: loadRuntime,
  ort: loadNativeRuntime,
  "ort-wasm": loadWasmRuntime,
};

/** Measures one file; undefined after an error (reported). */
async function measure(session: Session, file: string, args: BenchArguments): Promise<BenchResult | undefined> {
  const set = parseSettings(args.set);
  if ("code" in set) throw new UsageError(set);
  const isTraining = args.recipe !== undefined;
  const line = liveLine();
  const settings: BenchSettings = {
    batch: args.batch,
    threads: args.threads ?? availableParallelism(),
    steps: args.steps ?? (isTraining ? stepsOfTraining : stepsOfInference),
    warmup: isTraining ? warmupOfTraining : warmupOfInference,
    device: args.device,
    turn: ownTurn(),
    onStep: (done, all) => line.show(`${file}: ${done === all ? "profile" : `run ${done}/${all}`}`),
  };
  line.show(`${file}: compiling`);
  const result = isTraining
    ? await measureStep(session, file, args, set, settings)
    : await measureModel(session, file, args, set, settings);
  line.clear();
  if (!isProblem(result)) return result;
  session.report([result.diagnose({})]);
  return undefined;
}

type Measured = BenchResult | Problem | undefined;

async function measureStep(
  session: Session,
  file: string,
  { recipe: name = "", engine: engineName, threads: asked }: BenchArguments,
  set: ReadonlyMap<string, string>,
  settings: BenchSettings,
): Promise<Measured> {
  const chosen = await chooseEngine(engineName, asked);
  if (isProblem(chosen)) return chosen;
  const found = await compileOneRecipe(session, file, name, set);
  if (found === undefined) return undefined;
  const { engine } = chosen;
  talkOfEngine(session, chosen);
  const threads = threadsOf(session, engine, asked) ?? settings.threads;
  const { timeTrainingStep } = await import("../training/time-step.js");
  return timeTrainingStep(found.recipe, engine, { ...settings, threads });
}

async function measureModel(
  session: Session,
  file: string,
  { model: name, engine, threads: asked }: BenchArguments,
  set: ReadonlyMap<string, string>,
  common: BenchSettings,
): Promise<Measured> {
  const runtime = await (runtimes[engine] ?? loadRuntime)(session);
  if (isProblem(runtime)) return runtime;
  const threads = threadsOf(session, { ...runtime, name: runtime.engine }, asked) ?? common.threads;
  const settings = { ...common, threads };
  const { timeModel } = await import("../deploy/time-model.js");
  if (file.endsWith(".onnx")) {
    if (set.size > 0 || name !== undefined) refuseUsage("--set and --model are for .lfer files");
    const bytes = await readModelFile(file);
    return isProblem(bytes) ? bytes : timeModel({ path: file, name: file, bytes }, runtime, settings);
  }
  const found = await compileOneModel(session, file, name, set);
  if (found === undefined) return undefined;
  const { buildOnnx } = await import("../targets/onnx/build.js");
  const { defaultOpset } = await import("../targets/onnx/opsets.js");
  const built = await buildOnnx(found.model.graph, {
    opset: defaultOpset,
    level: 1,
    weights: { kind: "seed", seed: 0 },
    verify: false,
    loadRuntime: () => Promise.resolve(runtime),
    provenance: { lferVersion: "", sourceSha256: "", settings: set },
  });
  if (built.kind === "refused") {
    session.report(built.diagnostics);
    return undefined;
  }
  const bytes = Buffer.concat(built.pieces);
  return timeModel({ path: file, name: found.model.name, bytes }, runtime, settings);
}

async function bench(session: Session, args: BenchArguments): Promise<ExitCode> {
  checkUsage(args);
  const results =
    args.file.length === 1 ? await measureAlone(session, args) : await measureInTurns(args.file, flagsOf(args));
  if (args.format === "json") session.json(renderBenchJson(results));
  else session.print(renderBenches(results, session.paint, widthOn(process.stdout)));
  return results.length === args.file.length ? 0 : 1;
}

async function measureAlone(session: Session, args: BenchArguments): Promise<readonly BenchResult[]> {
  const found = await measure(session, args.file[0] ?? "", args);
  return found === undefined ? [] : [found];
}

/** The flags for the measurement of one of several files. */
function flagsOf({ file: _, format: __, set = [], ...flags }: BenchArguments): readonly string[] {
  const passed = ["recipe", "model", "engine", "batch", "threads", "steps", "device"];
  const said = Object.entries(flags).flatMap(([name, value]) =>
    passed.includes(name) && value !== undefined ? [`--${name}`, String(value)] : [],
  );
  return [...said, ...set.flatMap((each) => ["--set", each])];
}

export const benchCommand: CommandModule<object, BenchArguments> = {
  command: "bench <file..>",
  describe:
    "Measures the time of a model for a batch, or with --recipe of its training step, in total and by op. Only compare times from the same machine under the same load.",
  builder: (yargs) =>
    yargs
      .positional("file", {
        type: "string",
        array: true,
        demandOption: true,
        describe: "a .lfer file, built in memory, or an .onnx file; several are measured in turns",
      })
      .option("recipe", { ...recipeOption, describe: "measure the training step of this recipe" })
      .option("model", modelOption)
      .option("engine", {
        type: "string",
        default: "auto",
        requiresArg: true,
        describe: `what runs it: ${automaticText}, ${engines.map(({ name }) => name).join(", ")}; without --recipe one of ${Object.keys(runtimes).join(", ")}`,
      })
      .option("set", recipeSetOption)
      .option("batch", {
        type: "number",
        requiresArg: true,
        describe: "samples per batch; default 1, with --recipe the recipe's",
      })
      .option("threads", { type: "number", requiresArg: true, describe: "threads; default all cores" })
      .option("steps", {
        type: "number",
        requiresArg: true,
        describe: `measured runs; default ${stepsOfInference}, with --recipe ${stepsOfTraining}`,
      })
      .option("device", {
        type: "string",
        requiresArg: true,
        describe: "a name for this machine in the results: checks refer to it by latency(NAME) and peak_memory(NAME)",
      })
      .option("format", {
        choices: formats,
        default: "pretty" as const,
        requiresArg: true,
        describe: "pretty: for people; json: one object on stdout",
      })
      .example("lferc bench model.onnx --threads 1", "time for one picture")
      .example("lferc bench models/lfer_ldl.lfer model.onnx", "compare two models, measured in turns")
      .example("lferc bench model.onnx --device phone --format json > bench.json", "for check --results")
      .example(
        "lferc bench models/lfer_ldl.lfer --recipe CrossEntropy --set size=112",
        "a training step of 32 pictures",
      ),
  handler: (args) => runCommand((session) => bench(session, args)),
};
