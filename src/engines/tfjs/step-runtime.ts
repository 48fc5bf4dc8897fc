/** Whatever TensorFlow.js is installed beside lfer: enough to try a training step. */
import { isProblem } from "../../diagnostics/diagnostic.js";
import { loadTfjsNode, type Tensorflow } from "./tfjs-runtime.js";

export interface FoundTfjs {
  readonly tf: Tensorflow & { getBackend(): string };
  /** The package and its version: `@tensorflow/tfjs-node 4.22.0`. */
  readonly title: string;
}

type Loaded = FoundTfjs["tf"] & {
  ready(): Promise<void>;
  enableProdMode(): void;
  version_core: string;
};

/** From the fastest to the slowest; tfjs-core alone has no backend. */
const packages: readonly (readonly string[])[] = [
  ["@tensorflow/tfjs-node"],
  ["@tensorflow/tfjs"],
  ["@tensorflow/tfjs-core", "@tensorflow/tfjs-backend-cpu"],
];

/** The first that is there; undefined where none is. */
export async function loadStepRuntime(): Promise<FoundTfjs | undefined> {
  for (const [first = "", ...more] of packages) {
    const tf = await loadTfjsNode(undefined, first);
    if (isProblem(tf)) continue;
    const loaded = tf as Loaded;
    // Otherwise the backend in JavaScript says at its first use that another one is faster.
    loaded.enableProdMode();
    const rest = await Promise.all(more.map((name) => loadTfjsNode(undefined, name)));
    if (rest.some(isProblem)) continue;
    await loaded.ready();
    return { tf: loaded, title: `${[first, ...more].at(-1)} ${loaded.version_core}` };
  }
  return undefined;
}
