/** Measures the time of an ONNX model in ONNX Runtime on the CPU. */
import type { InferenceSession, Tensor } from "onnxruntime-node";
import { isProblem, type Problem, problem } from "../diagnostics/diagnostic.js";
import { sha256 } from "../formats/digest.js";
import { readMetadataProps } from "../targets/onnx/read-props.js";
import { silentLog } from "../targets/onnx/session-log.js";
import { type BenchResult, type BenchSettings, profiledSteps } from "./bench-result.js";
import { collectProfile, readProfile } from "./ort-profile.js";
import type { OnnxRuntime } from "./runtime.js";
import { peakBytes, timeSteps, timingOf } from "./timing.js";

/** The bytes of a model, and its name in messages and results. */
export interface ModelToTime {
  readonly path: string;
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Maximum number of elements of all inputs together: 1 GiB of float32. */
const elementLimit = 2 ** 28;

/** Times the model; a training step of lferc is recognised by its metadata, and restarts its training each time. */
export async function timeModel(
  { path, name, bytes }: ModelToTime,
  runtime: OnnxRuntime,
  settings: BenchSettings,
): Promise<BenchResult | Problem> {
  const found = readMetadataProps(bytes);
  if (found.kind === "not-onnx") return problem("data/not-an-onnx-model", { path, reason: found.reason });
  const isStep = found.props.get("lfer.target") === "onnx-train";
  const { threads, steps, warmup, device = null, turn, onStep } = settings;
  const options = (profilePrefix?: string): InferenceSession.SessionOptions => ({
    executionProviders: ["cpu"],
    ...silentLog,
    intraOpNumThreads: threads,
    ...(profilePrefix === undefined ? {} : { enableProfiling: true, profileFilePrefix: profilePrefix }),
  });
  try {
    await turn?.();
    const from = performance.now();
    const session = await runtime.InferenceSession.create(bytes, options());
    const compileMs = performance.now() - from;
    const fed = makeFeeds(session, runtime, {
      path,
      asked: settings.batch,
      isStep,
      written: found.props.get("lfer.batch"),
    });
    if (isProblem(fed)) {
      await session.release();
      return fed;
    }
    const { feeds, batch } = fed;
    const times = await timeSteps(() => session.run(feeds), { steps, warmup, turn }, onStep);
    const peak = peakBytes();
    await session.release();
    await turn?.();
    const events = await collectProfile(async (prefix) => {
      const profiled = await runtime.InferenceSession.create(bytes, options(prefix));
      await timeSteps(() => profiled.run(feeds), { steps: profiledSteps, warmup: 1 });
      profiled.endProfiling();
      await profiled.release();
    });
    if (isProblem(events)) return events;
    return {
      name,
      modelSha256: sha256([bytes]),
      model: found.props.get("lfer.model") ?? null,
      graphSha256: found.props.get("lfer.graph.sha256") ?? null,
      device,
      what: isStep ? "training-step" : "inference",
      engine: runtime.engine,
      description: runtime.engine,
      batch,
      threads,
      ...timingOf(times, batch),
      steps,
      warmup,
      compileMs,
      peakBytes: peak,
      profile: readProfile(events, 1),
    };
  } catch (error) {
    const [reason = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
    return problem("data/model-does-not-run", { path, reason: reason.trim() });
  }
}

interface FeedRequest {
  readonly path: string;
  /** Batch size; undefined if none was given. */
  readonly asked: number | undefined;
  readonly isStep: boolean;
  /** What a step's file says: the update of a split one has no input with a batch. */
  readonly written: string | undefined;
}

interface Fed {
  readonly feeds: Readonly<Record<string, Tensor>>;
  readonly batch: number;
}

function makeFeeds(
  session: InferenceSession,
  runtime: OnnxRuntime,
  { path, asked, isStep, written }: FeedRequest,
): Fed | Problem {
  let total = 0;
  const feeds: Record<string, Tensor> = {};
  for (const input of session.inputMetadata) {
    if (!input.isTensor) return problem("bench/unsupported-input", { path, input: input.name, type: "no tensor" });
    const sizes: number[] = [];
    const [first] = input.shape;
    for (const [axis, size] of input.shape.entries()) {
      // The batch axis may have a name or none; it is the first axis, and any others of the same name.
      const isBatch = typeof size !== "number" && (axis === 0 || (size !== "" && size === first));
      if (typeof size !== "number" && !isBatch) {
        return problem("bench/open-size", { path, input: input.name, axis, size: shown(size) });
      }
      sizes.push(typeof size === "number" ? size : (asked ?? 1));
    }
    const elements = sizes.reduce((product, size) => product * size, 1);
    total += elements;
    if (!(total <= elementLimit)) {
      return problem("bench/input-too-large", { path, input: input.name, elements, limit: elementLimit });
    }
    const values = numbersOf(input.type, elements, isStep && input.name.startsWith("state."));
    if (values === undefined) return problem("bench/unsupported-input", { path, input: input.name, type: input.type });
    feeds[input.name] = new runtime.Tensor(input.type, values as Float32Array, sizes) as Tensor;
  }
  const [first] = Object.values(feeds);
  const ofStep = isStep && /^[1-9]\d{0,5}$/.test(written ?? "") ? Number(written) : undefined;
  const batch = ofStep ?? first?.dims[0] ?? 1;
  return asked === undefined || asked === batch
    ? { feeds, batch }
    : problem("bench/fixed-batch", { path, batch, asked });
}

const shown = (text: string): string => (text.length > 60 ? `${text.slice(0, 60)}...` : text);

/** Numbers like those of a normalised picture; zeros for integers and bools, which are valid as any index. */
function numbersOf(type: string, count: number, zeros: boolean): ArrayLike<number | bigint> | undefined {
  const normal = (i: number): number => Math.sin(i * 12.9898) * 1.4;
  switch (type) {
    case "float32":
      return zeros ? new Float32Array(count) : Float32Array.from({ length: count }, (_, i) => normal(i));
    case "float64":
      return Float64Array.from({ length: count }, (_, i) => normal(i));
    case "float16":
      // 1.0 and -1.0.
      return Uint16Array.from({ length: count }, (_, i) => (i % 2 === 0 ? 0x3c00 : 0xbc00));
    case "int64":
      return new BigInt64Array(count);
    case "uint64":
      return new BigUint64Array(count);
    case "int32":
      return new Int32Array(count);
    case "uint32":
      return new Uint32Array(count);
    case "int16":
      return new Int16Array(count);
    case "uint16":
      return new Uint16Array(count);
    case "int8":
      return new Int8Array(count);
    case "uint8":
    case "bool":
      return new Uint8Array(count);
    default:
      return undefined;
  }
}
