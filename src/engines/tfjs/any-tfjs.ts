/** The fastest TensorFlow.js that is installed beside lfer, for verifying a model or a training step. */
import { isProblem } from "../../diagnostics/diagnostic.js";
import type { TfjsRuntime } from "../../targets/tfjs-model/run-folder.js";
import { tfjsNode } from "./tfjs-kinds.js";
import { loadTfjs, type Tensorflow } from "./tfjs-runtime.js";

type Tfjs = Tensorflow &
  Omit<TfjsRuntime, "title" | "isFast" | "tensor"> & {
    getBackend(): string;
    ready(): Promise<void>;
    /** Otherwise TensorFlow.js prints at its first use that tfjs-node is faster. */
    enableProdMode(): void;
  };

export interface FoundTfjs {
  readonly tf: Tfjs;
  /** The package and its version: `@tensorflow/tfjs 4.22.0`. */
  readonly title: string;
  /** Whether it runs large networks in a reasonable time. */
  readonly isFast: boolean;
}

async function loadPackage(name: string): Promise<Tfjs | undefined> {
  try {
    const loaded = (await import(name)) as Tfjs & { readonly default?: Tfjs };
    return loaded.default ?? loaded;
  } catch {
    return undefined;
  }
}

/** Kernels in JavaScript; tfjs-core alone has no backend. */
const slowPackages: readonly (readonly string[])[] = [
  ["@tensorflow/tfjs"],
  ["@tensorflow/tfjs-core", "@tensorflow/tfjs-backend-cpu"],
];

/** Undefined if none is installed. */
export async function findTfjs(): Promise<FoundTfjs | undefined> {
  const native = await loadTfjs(tfjsNode);
  if (!isProblem(native)) {
    return { tf: native.tf as Tfjs, title: `@tensorflow/tfjs-node ${native.found.version}`, isFast: true };
  }
  for (const [name = "", ...more] of slowPackages) {
    const tf = await loadPackage(name);
    if (tf === undefined) continue;
    tf.enableProdMode();
    const rest = await Promise.all(more.map(loadPackage));
    if (rest.includes(undefined)) continue;
    await tf.ready();
    return { tf, title: `${name} ${tf.version_core}`, isFast: false };
  }
  return undefined;
}

/** The same, with the loader of GraphModels, which is a package of its own beside tfjs-core. */
export async function findTfjsWithConverter(): Promise<TfjsRuntime | undefined> {
  const found = await findTfjs();
  if (found === undefined) return undefined;
  const { tf, title, isFast } = found;
  const converter = "loadGraphModel" in tf ? tf : await loadPackage("@tensorflow/tfjs-converter");
  if (converter === undefined) return undefined;
  return {
    title,
    isFast,
    tensor: (...args) => tf.tensor(...args) as unknown as ReturnType<TfjsRuntime["tensor"]>,
    io: tf.io,
    loadGraphModel: (handler) => converter.loadGraphModel(handler),
  };
}
