/** Builds a recipe's training step as an ES module: from weights to verified text. */
import { type Diagnostic, diagnose, isProblem } from "../../diagnostics/diagnostic.js";
import { withLabels } from "../../ir/class-order.js";
import { type Graph, typeOf } from "../../ir/graph.js";
import { bindShape, elementCount } from "../../ir/shape.js";
import type { ProbeStep } from "../../reference/compare-op.js";
import type { Schedule } from "../../step/schedules.js";
import { initialiseWeights } from "../../weights/initialise.js";
import { loadWeights, type NamesAccount, type RefusedWeights, type WeightSource } from "../../weights/load-weights.js";

import type { Provenance } from "../onnx/describe-model.js";
import { findNotFinite } from "../onnx/finite-weights.js";
import { describeStep, type StepOrigin } from "../onnx-train/describe-step.js";
import { compileStep } from "../tfjs/compile.js";
import { loadModule, type Tfjs } from "./load-module.js";
import { printModule } from "./print-module.js";
import { type ModuleVerification, runOnce, verifyModule } from "./verify-module.js";

export interface ModuleStep {
  /** The network in training form; weight files name its slots. */
  readonly network: Graph;
  /** The training step, its batch bound. */
  readonly step: Graph;
  readonly schedule: Schedule;
  /** The initial rate of the schedule. */
  readonly lr: number;
  /** The same step for a small picture and a small batch, with its initial state. */
  readonly makeProbe: () => ProbeStep;
}

/** A TensorFlow.js installed here, with its package name and version. */
export interface InstalledTfjs {
  readonly tf: Tfjs;
  readonly title: string;
}

export interface ModuleBuildOptions {
  readonly weights: WeightSource;
  /** Of the masks, and of the initial weights if no file contains them. */
  readonly seed: number;
  readonly verify: boolean;
  /** Called only when verifying. */
  readonly loadTfjs: () => Promise<InstalledTfjs | undefined>;
  /** For tests: the limit on the weight bytes in a module. */
  readonly maxWeightBytes?: number;
  readonly origin: StepOrigin;
  readonly provenance: Omit<Provenance, "weights">;
}

export interface BuiltModule {
  readonly kind: "built";
  readonly text: string;
  readonly calls: number;
  /** How a weight file's names were matched. */
  readonly account: NamesAccount | undefined;
  /** The number of weight bytes in the text. */
  readonly weightBytes: number;
  /** Where the step was run, and its largest error; undefined if no TensorFlow.js is installed or no verification was requested. */
  readonly verification?: (ModuleVerification & { readonly runtime: string }) | undefined;
}

export type ModuleBuildResult = RefusedWeights | BuiltModule;

/** As base64 they are a third longer, and V8 rejects strings of 2^29 characters. */
const mostWeightBytes = 2 ** 28;

const refuse = (...diagnostics: readonly Diagnostic[]): RefusedWeights => ({ kind: "refused", diagnostics });

/** Makes the text. The same input gives the same bytes; a step that fails the comparison is not built. */
export async function buildModule(source: ModuleStep, options: ModuleBuildOptions): Promise<ModuleBuildResult> {
  const { network, step } = source;
  const { origin, provenance, seed, maxWeightBytes: limit = mostWeightBytes } = options;
  const loaded = loadWeights(network, options.weights);
  if (loaded.kind === "refused") return loaded;
  const broken = findNotFinite(network, loaded.weights, loaded.weights);
  if (broken !== undefined) return refuse(diagnose("onnx/weights-not-finite", { model: network.name, ...broken }));
  const given: ReadonlyMap<string, Float32Array> = options.weights.kind === "file" ? loaded.weights : new Map();
  let weightBytes = 0;
  for (const values of given.values()) weightBytes += values.byteLength;
  if (weightBytes > limit) {
    return refuse(diagnose("tfjs/weights-too-large", { model: step.name, bytes: weightBytes, limit }));
  }
  const metadata = describeStep(withLabels(network, loaded.labels), { name: "step", graph: step }, origin, {
    ...provenance,
    weights: loaded.provenance,
  });
  const anyBackend = { native: true, lacking: "unknown" } as const;
  const program = compileStep(step, anyBackend);
  const common = {
    recipe: origin.recipe,
    seed,
    schedule: source.schedule,
    lr: source.lr,
    lferVersion: provenance.lferVersion,
    metadata: new Map([...metadata, ["lfer.target", "tfjs-train"]]),
  };
  const text = printModule({ ...common, step, program, batch: origin.batch, given });
  const print = (graph: Graph): string =>
    printModule({
      ...common,
      step: graph,
      program: compileStep(graph, anyBackend),
      batch: origin.batch,
      given: new Map(),
    });
  const begun = initialiseWeights({ ...step, slots: step.slots.filter(({ name }) => !loaded.weights.has(name)) }, seed);
  const weights = new Map([...loaded.weights, ...begun]);
  const proof = options.verify ? await prove(source, options, { text, print, weights }) : undefined;
  if (proof !== undefined && "code" in proof) return refuse(proof);
  const built = { kind: "built", text, calls: program.calls.length, account: loaded.account, weightBytes } as const;
  return { ...built, verification: proof };
}

interface Printed {
  readonly text: string;
  readonly print: (step: Graph) => string;
  /** The expected initial state. */
  readonly weights: ReadonlyMap<string, Float32Array>;
}

/** Checks the text's initial state bit for bit; then the small step if there is a TensorFlow.js, and the file if it is fast. */
async function prove(
  { step, makeProbe }: ModuleStep,
  { loadTfjs }: ModuleBuildOptions,
  { text, print, weights }: Printed,
): Promise<Diagnostic | BuiltModule["verification"]> {
  const module = await loadModule(text);
  const begins = module.initialValues();
  for (const [name, values] of weights) {
    const isSame = begins[name]?.length === values.length && values.every((value, i) => value === begins[name]?.[i]);
    if (isSame) continue;
    const runtime = "the module";
    const part = `the first numbers of ${name}`;
    return diagnose("tfjs/step-differs", { model: step.name, runtime, input: "", part, error: 1, allowed: 0 });
  }
  const found = await loadTfjs();
  if (found === undefined) return undefined;
  const verification = await verifyModule(makeProbe(), print, found);
  if (isProblem(verification)) return verification.diagnose({});
  // Kernels in JavaScript would take minutes.
  const isFast = found.tf.getBackend() === "tensorflow";
  return (isFast ? await tryFile(step, text, found, begins) : undefined) ?? { ...verification, runtime: found.title };
}

/** Runs one step of the file from its initial state, on zeros. */
async function tryFile(
  step: Graph,
  text: string,
  { tf, title: runtime }: InstalledTfjs,
  slots: Readonly<Record<string, Float32Array>>,
): Promise<Diagnostic | undefined> {
  const batch = Object.fromEntries(
    step.inputs.map(({ name, value }) => {
      const shape = bindShape(typeOf(step, value).shape, 1);
      return [name, new Float32Array(elementCount(shape))];
    }),
  );
  try {
    const loss = (await runOnce(text, tf, { batch, slots })).outputs.loss?.[0] ?? Number.NaN;
    if (Number.isFinite(loss)) return undefined;
    return diagnose("onnx/weights-not-finite", { model: step.name, weight: "the loss", value: loss });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const reason = error.message.split("\n")[0] ?? "";
    return diagnose("tfjs/refuses-step", { model: step.name, runtime, reason });
  }
}
