/** The program for tfjs-node-gpu, run on a mock that behaves as TensorFlow's documentation describes a GPU. */
import * as assert from "uvu/assert";
import { isProblem } from "../../src/diagnostics/diagnostic.js";
import { findTfjsNodeGpu } from "../../src/engines/tfjs/gpu-probe.js";
import { tfjsEngine } from "../../src/engines/tfjs/tfjs-engine.js";
import { type TfjsKind, tfjsNodeGpu } from "../../src/engines/tfjs/tfjs-kinds.js";
import type { LoadedTfjs, Tensorflow } from "../../src/engines/tfjs/tfjs-runtime.js";
import { suite } from "../support/suite.js";
import { tfjs } from "../support/tfjs-cpu.js";
import { assertRight, type Judged, judge, reference, runOnce } from "./step-comparison.js";
import { networkStep, stepFeed } from "./step-networks.js";

type Tensor = import("@tensorflow/tfjs-core").Tensor;
type Attribute = { readonly name: string; readonly value: unknown };

const data = (tensor: Tensor | undefined): Float64Array => Float64Array.from(tensor?.dataSync() ?? []);
const epsilonOf = (attributes: readonly Attribute[]): number =>
  Number(attributes.find(({ name }) => name === "epsilon")?.value);

/** Sums over all axes but the channels. */
function sums(channels: number, count: number, of: (i: number, channel: number) => number): Float64Array {
  const all = new Float64Array(channels);
  for (let i = 0; i < channels * count; i++) all[i % channels] = (all[i % channels] as number) + of(i, i % channels);
  return all;
}

/** Results 3 to 5 are cuDNN's: the mean, 1 / sqrt(variance + epsilon), its reserve space. Result 2 is divided by n - 1. */
function batchNorm([x, scale, offset]: readonly Tensor[], attributes: readonly Attribute[]): readonly Tensor[] {
  const [values, weight, bias] = [data(x), data(scale), data(offset)];
  const [channels, count] = [weight.length, values.length / weight.length];
  const mean = sums(channels, count, (i) => (values[i] as number) / count);
  const squares = sums(channels, count, (i, c) => ((values[i] as number) - (mean[c] as number)) ** 2);
  const inverse = squares.map((sum) => 1 / Math.sqrt(sum / count + epsilonOf(attributes)));
  const y = values.map((value, i) => {
    const c = i % channels;
    return (value - (mean[c] as number)) * (inverse[c] as number) * (weight[c] as number) + (bias[c] as number);
  });
  const one = (numbers: Float64Array): Tensor => tfjs.tensor1d(Float32Array.from(numbers));
  const map = tfjs.tensor(Float32Array.from(y), x?.shape);
  return [map, one(mean), one(squares.map((sum) => sum / (count - 1))), one(mean), one(inverse), tfjs.tensor1d([7, 7])];
}

function batchNormGradient(inputs: readonly Tensor[]): readonly Tensor[] {
  const [slope, x, scale, mean, inverse] = inputs.map(data) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const [channels, count] = [scale.length, x.length / scale.length];
  const z = x.map((value, i) => (value - (mean[i % channels] as number)) * (inverse[i % channels] as number));
  const forOffset = sums(channels, count, (i) => slope[i] as number);
  const forScale = sums(channels, count, (i) => (slope[i] as number) * (z[i] as number));
  const dx = slope.map((g, i) => {
    const c = i % channels;
    const rest = g - ((forOffset[c] as number) + (z[i] as number) * (forScale[c] as number)) / count;
    return (scale[c] as number) * (inverse[c] as number) * rest;
  });
  const nothing = () => tfjs.tensor1d([]);
  const one = (numbers: Float64Array): Tensor => tfjs.tensor1d(Float32Array.from(numbers));
  return [tfjs.tensor(Float32Array.from(dx), inputs[1]?.shape), one(forScale), one(forOffset), nothing(), nothing()];
}

const called = new Set<string>();

const backend = {
  binding: { TF_Version: "stand-in" },
  isUsingGpuDevice: true,
  executeMultipleOutputs(name: string, attributes: readonly Attribute[], inputs: readonly Tensor[], outputs: number) {
    called.add(name);
    const [slope, x] = inputs as readonly [Tensor, Tensor];
    const results: Readonly<Record<string, () => readonly Tensor[]>> = {
      FusedBatchNormV3: () => batchNorm(inputs, attributes),
      FusedBatchNormGradV2: () => batchNormGradient(inputs),
      // Its first inputs are the same in V2.
      FusedBatchNormGradV3: () => batchNormGradient(inputs),
      ReluGrad: () => [tfjs.mul(slope, tfjs.cast(tfjs.greater(x, 0), "float32"))],
    };
    const made = results[name]?.() ?? [];
    assert.is(made.length, outputs, name);
    return made;
  },
};

const load = async (): Promise<LoadedTfjs> => ({
  tf: new Proxy(tfjs, {
    get: (of, name) => (name === "backend" ? () => backend : Reflect.get(of, name)),
  }) as unknown as Tensorflow,
  found: { version: tfjs.version_core, device: "stand-in" },
});

const body =
  "image -> conv(6, stride: 2) -> batch_norm -> relu -> depthwise -> batch_norm -> conv(5, kernel: 1) -> batch_norm(eps: 0.1) -> relu";

async function judged(kind: TfjsKind): Promise<Judged> {
  const step = await networkStep(body, 4, 10);
  const feed = stepFeed(step, 1);
  const running = await tfjsEngine(kind, load).create(step, { state: feed.state });
  if (isProblem(running)) throw new Error(running.diagnose({}).message);
  return judge(await runOnce(running, feed.batch), reference(step, feed));
}

const onStandIn: TfjsKind = { ...tfjsNodeGpu, backend: "cpu" as TfjsKind["backend"] };

suite("a step as a GPU runs it", (test) => {
  test("its batch norms and their gradients are right", async () => {
    called.clear();
    assertRight([await judged(onStandIn)], "stand-in for a GPU");
    assert.equal([...called].sort(), ["FusedBatchNormGradV2", "FusedBatchNormV3", "ReluGrad"]);
  });

  // Its gradient gets the results of the forward call; the running statistics would not be variances.
  test("the way of a CPU would be wrong there", async () => {
    const { loss, state } = await judged({ ...onStandIn, program: { native: true } });
    assert.ok(loss < 1e-4, String(loss));
    assert.ok(state > 0.01, String(state));
  });
});

/** A package as a file: the probe loads what is written there. */
const packageOf = (text: string): string => `data:text/javascript,${encodeURIComponent(text)}`;
const answering = (isUsingGpuDevice: boolean): string =>
  packageOf(`export const version_core = "4.22.0";
export const backend = () => ({ binding: { TF_Version: "2.9.1" }, isUsingGpuDevice: ${isUsingGpuDevice} });`);

suite("whether tfjs-node-gpu can be used", (test) => {
  const messageOf = async (address: string): Promise<string> => {
    const found = await findTfjsNodeGpu(address);
    return isProblem(found) ? found.diagnose({}).message : "";
  };

  test("with a GPU: what it is", async () =>
    assert.equal(await findTfjsNodeGpu(answering(true)), {
      version: "4.22.0",
      device: "NVIDIA GPU, libtensorflow 2.9.1",
    }));

  test("without one it would run on the CPU, silently: refused", async () =>
    assert.match(await messageOf(answering(false)), "libtensorflow 2.9.1 finds no GPU that its CUDA can use"));

  test("one that does not load, and one that takes the process with it", async () => {
    assert.match(await messageOf(packageOf('throw new Error("libcudart.so.11.0: no such file")')), "libcudart.so.11.0");
    assert.match(await messageOf(packageOf("process.abort()")), "it crashes (SIGABRT)");
  });
});
