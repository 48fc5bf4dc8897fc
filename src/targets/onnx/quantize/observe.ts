/** Runs a file on pictures and shows what its inner tensors are. */
import type { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { encodeParts, type OnnxParts } from "../emit.js";
import { silentLog } from "../session-log.js";
import type { Range } from "./affine.js";
import { binCount, type CalibrationMethod, countInto, mostOf, rangeBy } from "./calibration-methods.js";

/** The part of ONNX Runtime that is used here. */
export interface QuantiseRuntime {
  readonly InferenceSession: {
    create(bytes: Uint8Array, options?: InferenceSession.SessionOptions): Promise<InferenceSession>;
  };
  readonly Tensor: new (type: "float32", data: Float32Array, dims: readonly number[]) => OrtTensor;
}

/** Pictures as the network's input takes them. */
export interface Pictures {
  readonly count: number;
  /** The name of the input, and the sizes of one picture. */
  readonly input: string;
  readonly shape: readonly number[];
  /** The numbers of one picture. */
  at(index: number): Float32Array;
}

/** Runs every picture by itself, and shows all of these tensors of it. */
export async function observe(
  parts: OnnxParts,
  names: readonly string[],
  { opset, runtime, pictures }: ObserveOptions,
  show: (name: string, numbers: Float32Array, picture: number) => void,
): Promise<void> {
  const inputs = new Set(parts.inputs.map(({ name }) => name));
  const own = new Set(parts.outputs.map(({ name }) => name));
  const fetched = names.filter((name) => !inputs.has(name));
  const wanted = new Set(fetched);
  const outputs = [...parts.outputs, ...parts.edges.filter(({ name }) => wanted.has(name ?? "") && !own.has(name))];
  const edges = parts.edges.filter(({ name }) => !wanted.has(name ?? ""));
  const bytes = Buffer.concat(encodeParts({ ...parts, outputs, edges }, { opset, producerVersion: "" }));
  const session = await runtime.InferenceSession.create(bytes, { ...silentLog, intraOpNumThreads: 1 });
  try {
    for (let i = 0; i < pictures.count; i++) {
      const numbers = pictures.at(i);
      const feed = { [pictures.input]: new runtime.Tensor("float32", numbers, [1, ...pictures.shape]) };
      const results = fetched.length === 0 ? {} : await session.run(feed, fetched);
      for (const name of names) {
        show(name, inputs.has(name) ? numbers : ((results[name] as OrtTensor).data as Float32Array), i);
      }
    }
  } finally {
    await session.release();
  }
}

export interface ObserveOptions {
  readonly opset: number;
  readonly runtime: QuantiseRuntime;
  readonly pictures: Pictures;
}

export interface Observed {
  readonly ranges: ReadonlyMap<string, Range>;
  /** A tensor with a value that is not finite. */
  readonly notFinite?: string | undefined;
}

/** The range of each tensor over all pictures. A histogram needs a second run: its width is known only after the first. */
export async function findRanges(
  parts: OnnxParts,
  names: readonly string[],
  method: CalibrationMethod,
  options: ObserveOptions & { readonly onPicture?: (() => void) | undefined },
): Promise<Observed> {
  const spans = new Map<string, { low: number; high: number }>();
  let notFinite: string | undefined;
  const last = names.at(-1);
  await observe(parts, names, options, (name, numbers) => {
    const span = spans.get(name) ?? { low: Number.POSITIVE_INFINITY, high: Number.NEGATIVE_INFINITY };
    let { low, high } = span;
    let sum = 0;
    for (let i = 0; i < numbers.length; i++) {
      const value = numbers[i] as number;
      if (value < low) low = value;
      if (value > high) high = value;
      sum += value - value;
    }
    if (sum !== 0) notFinite ??= name;
    spans.set(name, { low, high });
    if (name === last) options.onPicture?.();
  });
  if (notFinite !== undefined || method === "minmax") return { ranges: spans, notFinite };
  const bins = new Map(names.map((name) => [name, new Float64Array(binCount)]));
  await observe(parts, names, options, (name, numbers) => {
    const most = mostOf(spans.get(name) ?? { low: 0, high: 0 });
    if (most > 0) countInto(bins.get(name) as Float64Array, most, numbers);
    if (name === last) options.onPicture?.();
  });
  const none = new Float64Array();
  return {
    ranges: new Map(
      [...spans].map(([name, span]) => [name, rangeBy(method, { ...span, bins: bins.get(name) ?? none })] as const),
    ),
  };
}
