/** Loads the files of a GraphModel in TensorFlow.js from their bytes, and runs it once. */
import type { Tensor } from "../../ops/contracts.js";
import type { TfjsPort } from "../../ops/tfjs/calls.js";
import { type FolderFiles, modelFile } from "./model-folder.js";

interface RuntimeTensor {
  readonly shape: readonly number[];
  data(): Promise<ArrayLike<number>>;
  dispose(): void;
}

interface LoadedModel {
  execute(
    inputs: Readonly<Record<string, RuntimeTensor>>,
    outputs: readonly string[],
  ): RuntimeTensor | readonly RuntimeTensor[];
  dispose(): void;
}

/** The parts of TensorFlow.js that a verification needs, from whichever package. */
export interface TfjsRuntime {
  /** For display: `tfjs-node 4.22.0`. */
  readonly title: string;
  /** Whether it runs large networks in a reasonable time. */
  readonly isFast: boolean;
  tensor(values: Float32Array | Uint8Array, shape: readonly number[], dtype: "float32" | "bool"): RuntimeTensor;
  readonly io: { fromMemory(artifacts: object): object };
  loadGraphModel(handler: object): Promise<LoadedModel>;
}

interface ModelJson {
  readonly weightsManifest: readonly [{ readonly paths: readonly string[]; readonly weights: readonly object[] }];
}

/** A folder as the object that TensorFlow.js creates when it loads the files itself. */
function artifactsOf(files: FolderFiles): object {
  const bytesOf = (name: string): Buffer => Buffer.concat(files.get(name) ?? []);
  const { weightsManifest, ...about } = JSON.parse(bytesOf(modelFile).toString("utf8")) as ModelJson;
  const [{ paths, weights }] = weightsManifest;
  const all = Buffer.concat(paths.map(bytesOf));
  const weightData = all.buffer.slice(all.byteOffset, all.byteOffset + all.byteLength);
  return { ...about, weightSpecs: weights, weightData };
}

export interface FolderPorts {
  readonly inputs: readonly TfjsPort[];
  readonly outputs: readonly TfjsPort[];
}

/** Inputs and outputs by name; maps are channels last. */
export async function runFolder(
  files: FolderFiles,
  { inputs, outputs }: FolderPorts,
  feed: Readonly<Record<string, Tensor>>,
  tf: TfjsRuntime,
): Promise<Record<string, Tensor>> {
  const model = await tf.loadGraphModel(tf.io.fromMemory(artifactsOf(files)));
  const given = inputs.map(({ name, isBool }): readonly [string, RuntimeTensor] => {
    const { shape, data } = feed[name] as Tensor;
    const tensor = isBool
      ? tf.tensor(Uint8Array.from(data), shape, "bool")
      : tf.tensor(Float32Array.from(data), shape, "float32");
    return [name, tensor];
  });
  const made: RuntimeTensor[] = [];
  try {
    const names = outputs.map(({ name }) => name);
    made.push(...[model.execute(Object.fromEntries(given), names)].flat());
    const results = await Promise.all(
      made.map(
        async (tensor): Promise<Tensor> => ({ shape: tensor.shape, data: Float64Array.from(await tensor.data()) }),
      ),
    );
    return Object.fromEntries(names.map((name, i) => [name, results[i] as Tensor]));
  } finally {
    for (const tensor of [...given.map(([, tensor]) => tensor), ...made]) tensor.dispose();
    model.dispose();
  }
}
