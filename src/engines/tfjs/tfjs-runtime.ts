/** TensorFlow.js as our engine needs it, and the one place where tfjs-node is loaded. */
import { availableParallelism } from "node:os";
import util from "node:util";
import { type Problem, problem } from "../../diagnostics/diagnostic.js";
import type { KernelAttribute } from "../../ops/tfjs/calls.js";

export interface TfTensor {
  readonly shape: readonly number[];
  data(): Promise<Float32Array>;
  dispose(): void;
}

interface OpAttribute {
  readonly name: string;
  readonly type: number;
  readonly value: unknown;
}

type TypeName = "TF_ATTR_STRING" | "TF_ATTR_BOOL" | "TF_ATTR_INT" | "TF_ATTR_FLOAT" | "TF_ATTR_TYPE" | "TF_FLOAT";

/** The backend of tfjs-node: ops of libtensorflow by name. */
interface NodeBackend {
  readonly binding: Readonly<Record<TypeName, number>> & { readonly TF_Version: string };
  executeMultipleOutputs(
    name: string,
    attributes: readonly OpAttribute[],
    inputs: readonly TfTensor[],
    outputs: number,
  ): readonly TfTensor[];
}

/** What we use of TensorFlow.js; its types are not ours to install. */
export interface Tensorflow {
  readonly version: Readonly<Record<string, string>>;
  engine(): {
    runKernel(
      name: string,
      inputs: Readonly<Record<string, TfTensor>> | readonly TfTensor[],
      attributes: Readonly<Record<string, KernelAttribute>>,
    ): TfTensor | readonly TfTensor[];
  };
  backend(): NodeBackend;
  tensor(
    values: Float32Array | Int32Array | Uint8Array,
    shape: readonly number[],
    dtype: "float32" | "int32" | "bool",
  ): TfTensor;
  tidy<T>(work: () => T): T;
  memory(): { readonly numTensors: number; readonly numBytes: number };
}

/** Read by libtensorflow when it is loaded; it has no other way to be told. */
const threadsVariable = "TF_NUM_INTRAOP_THREADS";

/**
 * tfjs-node, or why it is not there. libtensorflow's threads are one pool for the whole process: the first who loads it
 * says how many they are.
 */
export async function loadTfjsNode(
  threads?: number,
  packageName = "@tensorflow/tfjs-node",
): Promise<Tensorflow | Problem> {
  // Node 23 took these away, and tfjs-node 4.22 calls them in every op.
  const gone = {
    isNullOrUndefined: (value: unknown): boolean => value === null || value === undefined,
    isArray: Array.isArray,
  };
  for (const [name, test] of Object.entries(gone)) if (!(name in util)) Object.assign(util, { [name]: test });
  process.env.TF_CPP_MIN_LOG_LEVEL ??= "2";
  process.env[threadsVariable] ??= String(threads ?? availableParallelism());
  try {
    const loaded = (await import(packageName)) as Tensorflow & { readonly default?: Tensorflow };
    return loaded.default ?? loaded;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const missing = code === "ERR_MODULE_NOT_FOUND" || code === "MODULE_NOT_FOUND";
    const [firstLine = ""] = String(message ?? error).split("\n");
    return problem("engine/no-tfjs-node", { reason: missing ? "it is not installed" : firstLine.trim() });
  }
}

/** How many threads libtensorflow was given. */
export const threadsInUse = (): string => process.env[threadsVariable] ?? "";
