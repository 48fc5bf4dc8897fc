/** A training step to ONNX files with its initial state, one or one for each half: from weights to verified bytes. */
import { type Diagnostic, diagnose, isProblem, type Problem } from "../../diagnostics/diagnostic.js";
import type { Span } from "../../diagnostics/span.js";
import { withLabels } from "../../ir/class-order.js";
import { type Graph, typeOf } from "../../ir/graph.js";
import { bindShape, elementCount } from "../../ir/shape.js";
import type { ProbeStep } from "../../reference/compare-op.js";
import { initialiseWeights } from "../../weights/initialise.js";
import { loadWeights, type NamesAccount, type RefusedWeights, type WeightSource } from "../../weights/load-weights.js";
import { maxWeightBytes } from "../onnx/build.js";
import type { Provenance } from "../onnx/describe-model.js";
import { emitOnnxPieces } from "../onnx/emit.js";
import { findNotFinite } from "../onnx/finite-weights.js";
import type { Pieces } from "../onnx/framing.js";
import { isKnownOpset, newestOpset, oldestOpset } from "../onnx/opsets.js";
import type { VerificationRuntime } from "../onnx/run-file.js";
import { silentLog } from "../onnx/session-log.js";
import { describeStep, type PartName, type StepOrigin } from "./describe-step.js";
import { type StepPart, selfStarting } from "./open-state.js";
import type { StepVerification } from "./verify-step.js";

/** What becomes one file. */
export interface StepFilePart extends StepPart {
  readonly name: PartName;
  /** The same part for a small picture and a small batch, with its initial state. */
  readonly makeProbe: () => ProbeStep & Pick<StepPart, "other">;
}

export interface StepSource {
  /** The network in training form; its slots are named in weight files. */
  readonly network: Graph;
  /** The training step or its halves, the batch bound. */
  readonly parts: readonly StepFilePart[];
}

export interface StepBuildOptions {
  readonly opset: number;
  readonly weights: WeightSource;
  readonly verify: boolean;
  /** Called only when verifying; without a runtime nothing can be verified. */
  readonly loadRuntime: () => Promise<VerificationRuntime | Problem>;
  readonly origin: StepOrigin;
  readonly provenance: Omit<Provenance, "weights">;
  readonly describeSpan?: ((span: Span) => string) | undefined;
}

export interface StepFile {
  readonly name: PartName;
  readonly pieces: Pieces;
  readonly nodeCount: number;
  readonly verification?: StepVerification;
}

export type StepBuildResult =
  | RefusedWeights
  | {
      readonly kind: "built";
      readonly files: readonly StepFile[];
      /** How a weight file's names were matched. */
      readonly account: NamesAccount | undefined;
      /** Why nothing was verified although it was requested. */
      readonly runtimeMissing?: Diagnostic;
    };

const refuse = (...diagnostics: readonly Diagnostic[]): StepBuildResult => ({ kind: "refused", diagnostics });

/** Makes the bytes of the files. The same input gives the same bytes; a step that fails the comparison is not built. */
export async function buildStep({ network, parts }: StepSource, options: StepBuildOptions): Promise<StepBuildResult> {
  const { opset, origin, provenance, describeSpan } = options;
  if (!isKnownOpset(opset)) {
    return refuse(diagnose("onnx/unsupported-opset", { opset, oldest: oldestOpset, newest: newestOpset }));
  }
  for (const { graph } of parts) {
    const bytes = graph.slots.reduce((sum, { value }) => sum + 4 * elementCount(typeOf(graph, value).shape), 0);
    if (bytes > maxWeightBytes) {
      return refuse(diagnose("onnx/model-too-large", { model: graph.name, bytes, limit: maxWeightBytes }));
    }
  }
  const loaded = loadWeights(network, options.weights);
  if (loaded.kind === "refused") return loaded;
  const broken = findNotFinite(network, loaded.weights, loaded.weights);
  if (broken !== undefined) return refuse(diagnose("onnx/weights-not-finite", { model: network.name, ...broken }));
  const labelled = withLabels(network, loaded.labels);
  const written = { ...provenance, weights: loaded.provenance };
  const runtime = options.verify ? await options.loadRuntime() : undefined;
  const files: StepFile[] = [];
  for (const part of parts) {
    const { name, graph } = part;
    const begun = initialiseWeights(
      { ...graph, slots: graph.slots.filter((slot) => !loaded.weights.has(slot.name)) },
      0,
    );
    const weights = new Map([...loaded.weights, ...begun]);
    const beginsAsZeros = (slot: string): boolean => weights.get(slot)?.every((value) => value === 0) === true;
    const pieces = emitOnnxPieces(
      { graph: selfStarting(part, beginsAsZeros), weights },
      {
        opset,
        producerVersion: provenance.lferVersion,
        metadata: describeStep(labelled, part, origin, written),
        describeSpan,
      },
    );
    const file = { name, pieces, nodeCount: graph.nodes.length };
    if (runtime === undefined || isProblem(runtime)) {
      files.push(file);
      continue;
    }
    const verification = await verify(part, { opset, runtime }, pieces);
    if ("code" in verification) return refuse(verification);
    files.push({ ...file, verification });
  }
  const missing = isProblem(runtime) ? { runtimeMissing: runtime.diagnose({}) } : {};
  return { kind: "built", files, account: loaded.account, ...missing };
}

/** Compares the small step with the reference; then the file itself must load and take a step. Loaded late. */
async function verify(
  part: StepFilePart,
  { opset, runtime }: { readonly opset: number; readonly runtime: VerificationRuntime },
  pieces: Pieces,
): Promise<StepVerification | Diagnostic> {
  const { verifyStep } = await import("./verify-step.js");
  const verification = await verifyStep(part.makeProbe(), { opset, runtime });
  if (isProblem(verification)) return verification.diagnose({});
  return (await tryFile(part, Buffer.concat(pieces), runtime)) ?? verification;
}

/** Runs one step of the file from its initial state, on zeros, an update on ones: the loss, or all that is updated, must be finite. */
async function tryFile(
  part: StepFilePart,
  bytes: Uint8Array,
  runtime: VerificationRuntime,
): Promise<Diagnostic | undefined> {
  const model = part.graph.name;
  const { inputs, outputs, types } = selfStarting(part, () => false);
  const given = new Set(part.name === "update" ? part.graph.inputs.map(({ name }) => name) : []);
  const feeds = inputs.map(({ name, value }) => {
    const shape = bindShape(types[value]?.shape ?? [], 1);
    const data = new Float32Array(elementCount(shape)).fill(given.has(name) ? 1 : 0);
    return [name, new runtime.Tensor("float32", data, shape)] as const;
  });
  const wanted = part.name === "update" ? outputs.map(({ name }) => name) : ["loss"];
  try {
    const session = await runtime.InferenceSession.create(bytes, silentLog);
    try {
      const results = await session.run(Object.fromEntries(feeds), wanted);
      for (const name of wanted) {
        const data = (results[name]?.data ?? [Number.NaN]) as ArrayLike<number>;
        const value = Array.prototype.find.call(data, (each: number) => !Number.isFinite(each)) as number | undefined;
        const weight = name === "loss" ? "the loss" : name;
        if (value !== undefined) return diagnose("onnx/weights-not-finite", { model, weight, value });
      }
      return undefined;
    } finally {
      await session.release();
    }
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return diagnose("onnx/runtime-refuses", { model, reason: error.message.split("\n")[0] ?? "" });
  }
}
