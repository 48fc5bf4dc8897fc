/** Any TensorFlow.js that is installed beside lfer, for the proof of a model: the fastest first. */
import { isProblem } from "../../diagnostics/diagnostic.js";
import type { TfjsRuntime } from "../../targets/tfjs-model/run-folder.js";
import { loadTfjsNode } from "./tfjs-runtime.js";

/** The functions of TensorFlow.js that a proof uses, from one package or from several. */
type Tfjs = Omit<TfjsRuntime, "title" | "isFast"> & {
  readonly version?: Readonly<Record<string, string>>;
  readonly version_core?: string;
  /** Without it TensorFlow.js says at its first use that tfjs-node is faster. */
  enableProdMode?(): void;
};

async function loadPackage(name: string): Promise<Tfjs | undefined> {
  try {
    const loaded = (await import(name)) as Tfjs & { readonly default?: Tfjs };
    return loaded.default ?? loaded;
  } catch {
    return undefined;
  }
}

const asRuntime = (tf: Tfjs, name: string, isFast: boolean): TfjsRuntime => ({
  title: `${name} ${tf.version?.["tfjs-core"] ?? tf.version_core ?? ""}`.trim(),
  isFast,
  tensor: (...args) => tf.tensor(...args),
  io: tf.io,
  loadGraphModel: (handler) => tf.loadGraphModel(handler),
});

/** Undefined where none is installed. */
export async function loadAnyTfjs(): Promise<TfjsRuntime | undefined> {
  const native = await loadTfjsNode();
  if (!isProblem(native)) return asRuntime(native as unknown as Tfjs, "tfjs-node", true);
  const whole = await loadPackage("@tensorflow/tfjs");
  if (whole !== undefined) {
    whole.enableProdMode?.();
    return asRuntime(whole, "tfjs", false);
  }
  const core = await loadPackage("@tensorflow/tfjs-core");
  core?.enableProdMode?.();
  const backend = core && (await loadPackage("@tensorflow/tfjs-backend-cpu"));
  const converter = core && (await loadPackage("@tensorflow/tfjs-converter"));
  if (core === undefined || backend === undefined || converter === undefined) return undefined;
  const { loadGraphModel } = converter;
  return asRuntime({ ...core, tensor: core.tensor, io: core.io, loadGraphModel }, "tfjs-core", false);
}
