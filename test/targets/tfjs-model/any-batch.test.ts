// Networks of several layers as GraphModels, in TensorFlow.js: one picture and three with the same model.
import * as assert from "uvu/assert";
import { isProblem } from "../../../src/diagnostics/diagnostic.js";
import type { Graph } from "../../../src/ir/graph.js";
import type { Tensor } from "../../../src/ops/contracts.js";
import { interpret } from "../../../src/reference/interpret.js";
import { probeInputs } from "../../../src/reference/probe-weights.js";
import { calmWeights } from "../../../src/targets/onnx/calm-weights.js";
import { relativeError, valuesOf } from "../../../src/targets/onnx/compare-outputs.js";
import { compileForAnyBatch } from "../../../src/targets/tfjs/any-batch.js";
import { fromPorts, networkLowering, toPorts } from "../../../src/targets/tfjs-model/lower-network.js";
import { modelFiles } from "../../../src/targets/tfjs-model/model-folder.js";
import { runFolder } from "../../../src/targets/tfjs-model/run-folder.js";
import { verifyFolder, writtenModel } from "../../../src/targets/tfjs-model/verify-folder.js";
import { suite } from "../../support/suite.js";
import { compile } from "../../support/tester.js";
import { cpuRuntime } from "../../support/tfjs-cpu.js";

const imports = `import { BasicUnit, BottleneckUnit } from "std/resnet"
import { Unit, DownUnit } from "std/shufflenet"
import { Separable, ConvNorm } from "std/separable"
import { SqueezeExcite, EffectiveSqueezeExcite, ChannelNeighbours, Cbam, TransformerUnit, to_tokens, to_map } from "std/attention"
import { pixel_shuffle, pixel_unshuffle, roll, windows, from_windows } from "std/arrange"
`;

async function network(body: string): Promise<Graph> {
  const used = imports.replaceAll(/\{ (.*) \}/g, (_, names: string) => {
    const needed = names.split(", ").filter((name) => new RegExp(`\\b${name}\\b`).test(body));
    return `{ ${needed.join(", ")} }`;
  });
  const lines = used.split("\n").filter((line) => !line.includes("{  }"));
  const text = `lfer 1\n\n${lines.join("\n")}\nmodel M {\n  input image: float32[N, 3, 8, 12]\n  ${body}\n}\n`;
  const { models, diagnostics } = await compile(text);
  const [model] = models;
  if (model === undefined) throw new Error(diagnostics.map(({ message }) => message).join("; "));
  return model.graph;
}

const chain = (layers: string): string => `y = image -> ${layers}\n  output y`;

/** By title: networks that take any number of pictures. */
const free: Readonly<Record<string, string>> = {
  "a residual unit": chain("BasicUnit(8, stride: 2)"),
  "a bottleneck with groups": chain("BottleneckUnit(16, width: 8, groups: 4)"),
  "channel shuffles": chain("DownUnit(8) -> Unit(8)"),
  "separable convolutions": chain("Separable(8, kernel: 5, stride: 2) -> ConvNorm(6, groups: 2)"),
  "squeeze and excitation": chain("conv(8) -> SqueezeExcite(4) -> EffectiveSqueezeExcite"),
  "attention over channels and places": chain("conv(16) -> ChannelNeighbours -> Cbam(4, 3)"),
  "a transformer": chain("conv(8, stride: 4) -> to_tokens -> TransformerUnit(heads: 2) -> to_map(height: 2)"),
  "pixels moved": chain("conv(8) -> pixel_shuffle(2) -> pixel_unshuffle(2) -> roll(3, axis: 2)"),
  "windows and back": chain("conv(4) -> windows(4) -> from_windows(2, 3)"),
  "slices, pads and resizing": chain("slice(axis: 2, from: 1, to: 7) -> pad(1) -> upsample -> reflection_pad(2)"),
  activations: chain("conv(6) -> prelu -> elu -> leaky_relu(0.1) -> mish -> gelu -> hard_swish -> selu"),
  pools: chain("max_pool(3, stride: 2) -> avg_pool(2) -> adaptive_avg_pool([1, 2]) -> flatten -> linear(5) -> softmax"),
  "two outputs, of which one is an input": "y = image -> conv(4)\n  output y\n  output image",
};

/** Networks whose kernels need to know the number of pictures. */
const tied: Readonly<Record<string, string>> = {
  "a transposed convolution": chain("conv_transpose(4, kernel: 2, stride: 2)"),
  "a transposed depthwise convolution": chain("conv_transpose(3, kernel: 2, stride: 2, groups: 3)"),
};

async function assertInTfjs(graph: Graph, pictures: number, batch: number): Promise<void> {
  const slots = calmWeights(graph, 1);
  const lowered = networkLowering(batch)({ graph, weights: valuesOf(slots) });
  const about = { weightsType: "float32", lferVersion: "0", metadata: new Map() } as const;
  const inputs = probeInputs(graph, pictures, 2);
  const files = modelFiles(writtenModel(lowered), about);
  const found = fromPorts(await runFolder(files, lowered, toPorts(inputs), cpuRuntime));
  for (const [name, { shape, data }] of Object.entries(interpret(graph, { inputs, slots, batch: pictures }))) {
    const { shape: given, data: values } = found[name] as Tensor;
    assert.equal([...given], [...shape], name);
    assert.ok(relativeError(values, data) < 2e-5, `${name}: ${relativeError(values, data)}`);
  }
}

suite("GraphModels of any number of pictures", (test) => {
  for (const [title, body] of Object.entries(free)) {
    test(title, async () => {
      const graph = await network(body);
      assert.is(compileForAnyBatch(graph).tied, undefined);
      for (const pictures of [1, 3]) await assertInTfjs(graph, pictures, 1);
    });
  }

  for (const [title, body] of Object.entries(tied)) {
    test(`${title}: for one picture, and that is said`, async () => {
      const graph = await network(body);
      const {
        tied: why,
        program: { inputs },
      } = compileForAnyBatch(graph);
      assert.match(why ?? "", /^inputShape of Conv2DBackpropInput at y/);
      assert.equal(inputs[0]?.shape, [1, 8, 12, 3]);
      await assertInTfjs(graph, 1, 1);
      await assertInTfjs(graph, 2, 2);
      // The written function, for one picture, is the verified one.
      const proven = await verifyFolder(graph, { level: 1, runtime: cpuRuntime });
      if (isProblem(proven)) throw new Error(proven.diagnose({}).message);
      assert.ok((proven.fileError ?? 1) < 1e-4, String(proven.fileError));
    });
  }
});
