/** A training step to an ONNX file with its initial state: from weights to verified bytes. */
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
import { describeStep, type StepOrigin } from "./describe-step.js";
import { selfStarting } from "./open-state.js";
import type { StepVerification } from "./verify-step.js";

export interface StepSource {
  /** The network in training form; its slots are named in weight files. */
  readonly network: Graph;
  /** The training step, its batch bound. */
  readonly step: Graph;
  /** The same step for a small picture and a small batch, with its initial state. */
  readonly makeProbe: () => ProbeStep;
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

export type StepBuildResult =
  | RefusedWeights
  | {
      readonly kind: "built";
      readonly pieces: Pieces;
      readonly nodeCount: number;
      /** How a weight file's names were matched. */
      readonly account: NamesAccount | undefined;
      readonly verification?: StepVerification;
      /** Why nothing was verified although it was requested. */
      readonly runtimeMissing?: Diagnostic;
    };

const refuse = (...diagnostics: readonly Diagnostic[]): StepBuildResult => ({ kind: "refused", diagnostics });

/** Makes the bytes of the file. The same input gives the same bytes; a step that fails the comparison is not built. */
export async function buildStep(source: StepSource, options: StepBuildOptions): Promise<StepBuildResult> {
  const { network, step } = source;
  const { opset, origin, provenance, describeSpan } = options;
  if (!isKnownOpset(opset)) {
    return refuse(diagnose("onnx/unsupported-opset", { opset, oldest: oldestOpset, newest: newestOpset }));
  }
  let bytes = 0;
  for (const { value } of step.slots) bytes += 4 * elementCount(typeOf(step, value).shape);
  if (bytes > maxWeightBytes) {
    return refuse(diagnose("onnx/model-too-large", { model: step.name, bytes, limit: maxWeightBytes }));
  }
  const loaded = loadWeights(network, options.weights);
  if (loaded.kind === "refused") return loaded;
  const broken = findNotFinite(network, loaded.weights, loaded.weights);
  if (broken !== undefined) return refuse(diagnose("onnx/weights-not-finite", { model: network.name, ...broken }));
  const begun = initialiseWeights({ ...step, slots: step.slots.filter(({ name }) => !loaded.weights.has(name)) }, 0);
  const weights = new Map([...loaded.weights, ...begun]);
  const metadata = describeStep(withLabels(network, loaded.labels), step, origin, {
    ...provenance,
    weights: loaded.provenance,
  });
  const beginsAsZeros = (slot: string): boolean => weights.get(slot)?.every((value) => value === 0) === true;
  const pieces = emitOnnxPieces(
    { graph: selfStarting(step, beginsAsZeros), weights },
    { opset, producerVersion: provenance.lferVersion, metadata, describeSpan },
  );
  const proof: Proof = options.verify ? await verify(source, options, pieces) : {};
  if ("code" in proof) return refuse(proof);
  return { kind: "built", pieces, nodeCount: step.nodes.length, account: loaded.account, ...proof };
}

type Proof = Diagnostic | Pick<Extract<StepBuildResult, { kind: "built" }>, "verification" | "runtimeMissing">;

/** Compares the small step with the reference; then the file itself must load and return a loss. Loaded late. */
async function verify(
  { step, makeProbe }: StepSource,
  { opset, loadRuntime }: StepBuildOptions,
  pieces: Pieces,
): Promise<Proof> {
  const runtime = await loadRuntime();
  if (isProblem(runtime)) return { runtimeMissing: runtime.diagnose({}) };
  const { verifyStep } = await import("./verify-step.js");
  const verification = await verifyStep(makeProbe(), { opset, runtime });
  if (isProblem(verification)) return verification.diagnose({});
  return (await tryFile(step, Buffer.concat(pieces), runtime)) ?? { verification };
}

/** Runs one step of the file from its initial state, on zeros. */
async function tryFile(step: Graph, bytes: Uint8Array, runtime: VerificationRuntime): Promise<Diagnostic | undefined> {
  const { inputs, types } = selfStarting(step, () => false);
  const feeds = inputs.map(({ name, value }) => {
    const shape = bindShape(types[value]?.shape ?? [], 1);
    return [name, new runtime.Tensor("float32", new Float32Array(elementCount(shape)), shape)] as const;
  });
  try {
    const session = await runtime.InferenceSession.create(bytes, silentLog);
    try {
      const { loss } = await session.run(Object.fromEntries(feeds), ["loss"]);
      const [value] = (loss?.data ?? []) as Float32Array;
      if (value !== undefined && Number.isFinite(value)) return undefined;
      return diagnose("onnx/weights-not-finite", { model: step.name, weight: "the loss", value: value ?? Number.NaN });
    } finally {
      await session.release();
    }
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return diagnose("onnx/runtime-refuses", { model: step.name, reason: error.message.split("\n")[0] ?? "" });
  }
}
