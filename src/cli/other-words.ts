/** What users of other tools type, and what it is called here: the one table of commands, flags and parameters. */
import type { CommandModule } from "yargs";
import { type Diagnostic, diagnose } from "../diagnostics/diagnostic.js";
import { declaredArguments } from "./declared-arguments.js";

const commandsMeant: Readonly<Record<string, string>> = {
  summary: "stats",
  count: "stats",
  flops: "stats",
  params: "stats",
  profile: "stats",
  graph: "build FILE -o graph.svg",
  draw: "build FILE -o drawing.svg",
  plot: "build FILE -o plot.svg",
  visualize: "build FILE -o picture.svg",
  view: "build FILE -o picture.svg",
  export: "build FILE -o model.onnx",
  convert: "build FILE -o model.onnx",
  compile: "build FILE -o model.onnx",
  save: "build FILE -o model.onnx",
  new: "init",
  create: "init",
  start: "init",
  lint: "check",
  validate: "check",
  verify: "check",
  format: "fmt",
  fit: "train",
  finetune: "train",
  learn: "train",
  run: "train",
  resume: "train --resume",
  test: "eval",
  evaluate: "eval",
  val: "eval",
  score: "eval",
  compare: "eval RUN RUN",
  diff: "stats FILE --against OLD",
  infer: "predict",
  inference: "predict",
  classify: "predict",
  detect: "predict",
  benchmark: "bench",
  time: "bench",
  speed: "bench",
  latency: "bench",
  tune: "sweep",
  search: "sweep",
  grid: "sweep",
  ablation: "ablate",
  dataset: "data",
  datasets: "data",
  generate: "faces",
  distil: "distill",
  doctor: "info",
  env: "info",
  demo: "tour",
  quickstart: "tour",
  man: "explain",
  why: "explain",
  error: "explain",
};

/** The command that is meant by another tool's name for it, with its arguments. */
export const commandMeant = (name: string): string | undefined =>
  Object.hasOwn(commandsMeant, name.toLowerCase()) ? commandsMeant[name.toLowerCase()] : undefined;

/** Flags by the name that they have here; dashes are underscores. */
const flagsMeant: Readonly<Record<string, readonly string[]>> = {
  output: ["out", "output"],
  out: ["output"],
  out_dir: ["out", "output"],
  outdir: ["out", "output"],
  output_dir: ["out", "output"],
  save_dir: ["out", "output"],
  save: ["out", "output"],
  logdir: ["out"],
  log_dir: ["out"],
  project: ["out"],
  file: ["output"],
  data_dir: ["data"],
  data_path: ["data"],
  dataset: ["data"],
  images: ["data"],
  checkpoint: ["weights", "resume"],
  ckpt: ["weights", "resume"],
  pretrained: ["weights"],
  load: ["weights"],
  state_dict: ["weights"],
  continue: ["resume"],
  resume_from: ["resume"],
  num_epochs: ["epochs"],
  n_epochs: ["epochs"],
  max_epochs: ["epochs"],
  workers: ["threads", "jobs"],
  num_workers: ["threads", "jobs"],
  num_threads: ["threads"],
  device: ["engine"],
  gpu: ["engine"],
  gpus: ["engine"],
  cuda: ["engine"],
  accelerator: ["engine"],
  backend: ["engine"],
  runtime: ["engine"],
  arch: ["model"],
  network: ["model"],
  net: ["model"],
  variant: ["model"],
  config: ["recipe"],
  hparams: ["set"],
  param: ["set"],
  define: ["set"],
  override: ["set"],
  random_seed: ["seed"],
  opset_version: ["opset"],
  type: ["target"],
  to: ["target"],
  json: ["format"],
  csv: ["format"],
  markdown: ["format"],
  flops: ["convention"],
  topk: ["top"],
  top_k: ["top"],
  iterations: ["steps"],
  iters: ["steps"],
  runs: ["steps"],
  baseline: ["against"],
  base: ["against"],
  diff: ["against"],
  compare: ["against"],
  order: ["sort"],
  sort_by: ["sort"],
  max_depth: ["depth"],
  level: ["depth", "optimize"],
  strict: ["deny"],
  werror: ["deny"],
};

const perPicture =
  "Counts are those of one picture: a batch of N has N times the macs and activations, and the same parameters.";
const ownSize = "The size of its pictures is the network's: where it is a parameter, set it, as in `--set size=112`.";
const inRecipe =
  "It stands in the recipe: give the recipe a parameter for it, `recipe Train(momentum: float = 0.9)`, and set that with --set.";
const openBatch = "Files have an open batch axis: one file takes batches of any size.";

/** Flags that have none here, and what to know or do instead; by command, or for all (`*`). */
const answers: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  batch: { stats: perPicture, build: openBatch },
  batch_size: { stats: perPicture, build: openBatch },
  input_size: { "*": ownSize },
  input_shape: { "*": ownSize },
  img_size: { "*": ownSize },
  imgsz: { "*": ownSize },
  image_size: { "*": ownSize },
  dynamic_axes: { build: openBatch },
  dynamic: { build: openBatch },
  simplify: { build: "Files are written simplified: --optimize 1 is the default." },
  optimizer: { "*": inRecipe },
  momentum: { "*": inRecipe },
  scheduler: { "*": inRecipe },
  loss: { "*": inRecipe },
  lr: { "*": inRecipe },
  learning_rate: { "*": inRecipe },
  weight_decay: { "*": inRecipe },
  dropout: { "*": "It is the network's: where it is a parameter, set it, as in `--set dropout=0.2`." },
  model: { train: "A recipe names its network: `student = NAME`. Choose the recipe with --recipe NAME." },
  amp: { train: "Steps are computed in float32: there is no mixed precision." },
  fp16: { train: "Steps are computed in float32: there is no mixed precision." },
  quantize: { build: "--target tfjs has --weights-type uint8; ONNX files are written in float32." },
  verbose: { "*": "There is nothing more to tell; `--format json`, where there is one, has everything." },
  quiet: { "*": "Results go to stdout and talk to stderr: `2>/dev/null` silences it." },
};

/** Synonyms of common parameters, which a file may declare. */
export const parametersMeant: ReadonlyMap<string, string> = new Map([
  ["learning_rate", "lr"],
  ["rate", "lr"],
  ["batch_size", "batch"],
  ["decay", "weight_decay"],
  ["wd", "weight_decay"],
  ["n_epochs", "epochs"],
  ["num_epochs", "epochs"],
  ["max_epochs", "epochs"],
  ["input_size", "size"],
  ["img_size", "size"],
  ["image_size", "size"],
  ["imgsz", "size"],
]);

/** The message for the first of these flags that the command does not have, if other tools have it. */
export function flagMeant(command: string, module: CommandModule, args: readonly string[]): Diagnostic | undefined {
  const { options } = declaredArguments(module);
  const known = new Set([...options].flatMap(([name, { alias = [] }]) => [name, ...[alias].flat()]));
  const flag = args
    .map((arg) => /^--([a-z][\w-]*)/i.exec(arg)?.[1])
    .find((word) => word !== undefined && !known.has(word));
  if (flag === undefined) return undefined;
  const word = flag.toLowerCase().replaceAll("-", "_");
  const holes = { command, flag: `--${flag}`, place: undefined };
  const suggestion = (Object.hasOwn(flagsMeant, word) ? flagsMeant[word] : [])?.find((name) => options.has(name));
  if (suggestion !== undefined) return diagnose("tool/unknown-flag", { ...holes, suggestion, instead: undefined });
  const answer = Object.hasOwn(answers, word) ? answers[word] : undefined;
  const instead = answer?.[command] ?? answer?.["*"];
  return instead === undefined ? undefined : diagnose("tool/unknown-flag", { ...holes, suggestion, instead });
}
