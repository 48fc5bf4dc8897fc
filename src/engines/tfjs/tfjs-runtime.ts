/** The parts of TensorFlow.js that our engines use; the only file that loads it. */
import { availableParallelism } from "node:os";
import util from "node:util";
import { type Problem, problem } from "../../diagnostics/diagnostic.js";
import type { KernelAttribute } from "../../ops/tfjs/calls.js";
import type { Found } from "../engine.js";
import { noUsableGpu } from "./gpu-probe.js";
import type { TfjsKind } from "./tfjs-kinds.js";
import { bringWebgpu } from "./webgpu-in-node.js";

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

type TypeName =
  | "TF_ATTR_STRING"
  | "TF_ATTR_BOOL"
  | "TF_ATTR_INT"
  | "TF_ATTR_FLOAT"
  | "TF_ATTR_TYPE"
  | "TF_FLOAT"
  | "TF_COMPLEX64";

/** The backend of tfjs-node: ops of libtensorflow by name. */
interface NodeBackend {
  readonly binding: Readonly<Record<TypeName, number>> & { readonly TF_Version: string };
  readonly isUsingGpuDevice: boolean;
  executeMultipleOutputs(
    name: string,
    attributes: readonly OpAttribute[],
    inputs: readonly TfTensor[],
    outputs: number,
  ): readonly TfTensor[];
}

/** Declared here because we do not install TensorFlow.js, and so not its types. */
export interface Tensorflow {
  readonly version_core: string;
  engine(): {
    runKernel(
      name: string,
      inputs: Readonly<Record<string, TfTensor>> | readonly TfTensor[],
      attributes: Readonly<Record<string, KernelAttribute>>,
    ): TfTensor | readonly TfTensor[];
  };
  /** Only tfjs-node's backend has this type. */
  backend(): NodeBackend;
  getBackend(): string;
  setBackend(name: string): Promise<boolean>;
  tensor(
    values: Float32Array | Int32Array | Uint8Array,
    shape: readonly number[],
    dtype: "float32" | "int32" | "bool",
  ): TfTensor;
  tidy<T>(work: () => T): T;
  memory(): { readonly numTensors: number; readonly numBytes: number };
}

/** TensorFlow.js with its backend set, and their description. */
export interface LoadedTfjs {
  readonly tf: Tensorflow;
  readonly found: Found;
}

/** libtensorflow reads it when it is loaded; there is no other way to set the number of threads. */
const threadsVariable = "TF_NUM_INTRAOP_THREADS";

/** The one package with the backend `tensorflow` that this process has loaded: two would overwrite each other's kernels. */
let loadedNode: TfjsKind["name"] | undefined;

/** Node 23 removed these functions, which tfjs-node 4.22 calls in every op. */
function bringUtilities(): void {
  const gone = {
    isNullOrUndefined: (value: unknown): boolean => value === null || value === undefined,
    isArray: Array.isArray,
  };
  for (const [name, test] of Object.entries(gone)) if (!(name in util)) Object.assign(util, { [name]: test });
}

async function importTfjs({ packages, backend }: TfjsKind): Promise<Tensorflow> {
  // The core may be installed without the backend: then nothing is loaded.
  for (const name of packages) import.meta.resolve(name);
  const modules: Tensorflow[] = [];
  for (const name of packages) {
    const loaded = (await import(name)) as Tensorflow & { readonly default?: Tensorflow };
    modules.push(loaded.default ?? loaded);
  }
  const [tf] = modules as [Tensorflow];
  if (!(await tf.setBackend(backend))) throw new Error(`its backend ${backend} does not start`);
  return tf;
}

/**
 * TensorFlow.js for an engine, or why it is not available. libtensorflow has one thread pool per process: its size is fixed when it is
 * first loaded.
 */
export async function loadTfjs(kind: TfjsKind, threads?: number): Promise<LoadedTfjs | Problem> {
  const isNode = kind.backend === "tensorflow";
  if (isNode && (loadedNode ?? kind.name) !== kind.name) {
    return missing(kind, `${loadedNode} is loaded already, and a process can have one of the two`);
  }
  if (isNode) {
    bringUtilities();
    process.env.TF_CPP_MIN_LOG_LEVEL ??= "2";
    process.env[threadsVariable] ??= String(threads ?? availableParallelism());
  }
  try {
    const adapter = kind.backend === "webgpu" ? await bringWebgpu() : undefined;
    const tf = await importTfjs(kind);
    if (isNode) loadedNode = kind.name;
    const version = tf.version_core;
    if (adapter !== undefined) return { tf, found: { version, device: adapter } };
    if (!isNode) return { tf, found: { version, device: "CPU, WebAssembly", threads: 1 } };
    const { binding, isUsingGpuDevice } = tf.backend();
    const library = `libtensorflow ${binding.TF_Version}`;
    if (kind.program.native === "gpu") {
      if (isUsingGpuDevice) return { tf, found: { version, device: `NVIDIA GPU, ${library}` } };
      return missing(kind, noUsableGpu(binding.TF_Version));
    }
    return { tf, found: { version, device: `CPU, ${library}`, threads: Number(process.env[threadsVariable]) } };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const isMissing = code === "ERR_MODULE_NOT_FOUND" || code === "MODULE_NOT_FOUND";
    const [firstLine = ""] = String(message ?? error).split("\n");
    return missing(kind, isMissing ? "it is not installed" : firstLine.trim());
  }
}

function missing({ name, packages, needs }: TfjsKind, reason: string): Problem {
  if (name === "tfjs-node") return problem("engine/no-tfjs-node", { reason });
  if (name === "tfjs-node-gpu") return problem("engine/no-tfjs-node-gpu", { reason });
  return problem("engine/no-tfjs-backend", { backend: packages.at(-1) ?? "", reason, install: needs });
}
