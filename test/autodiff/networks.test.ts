import { readFileSync } from "node:fs";
import * as assert from "uvu/assert";
import { trainingForm } from "../../src/autodiff/training-form.js";
import type { Graph } from "../../src/ir/graph.js";
import { bindBatch } from "../../src/ops/bind-batch.js";
import type { Tensor } from "../../src/ops/contracts.js";
import { randomStream } from "../../src/random/stream.js";
import type { Feed } from "../../src/reference/interpret.js";
import { probeInputs, probeWeights } from "../../src/reference/probe-weights.js";
import { attachLoss } from "../../src/step/attach-loss.js";
import { compileText } from "../../src/testing/compile-text.js";
import { smallNetwork } from "../ops/small-network.js";
import { compileRecipe, smallModel } from "../step/small-training.js";
import { suite } from "../support/suite.js";
import { leavesOf, lossOf, moved, reverseGradients } from "./finite-differences.js";

const batch = 3;

const modelText = (name: string): string => readFileSync(new URL(`../../models/${name}.lfer`, import.meta.url), "utf8");

/** A model's graph in training form, from a text that imports only `std/` and the models. */
async function modelGraph(text: string, model: string, set: Readonly<Record<string, string>> = {}): Promise<Graph> {
  const files = { "main.lfer": text, "resnet.lfer": modelText("resnet") };
  const { models, diagnostics } = await compileText(files, {
    model,
    set: new Map(Object.entries(set)),
    training: true,
    graphsOnly: true,
  });
  const [made] = models;
  if (made === undefined) throw new Error(diagnostics.map(({ message }) => message).join("\n"));
  return made.graph;
}

const block = (imports: string, layers: string): string => `lfer 1
${imports}
model Block {
  input image: float32[N, 8, 8, 8]
  result = image -> ${layers}
  output result
}`;

/** The mean cross-entropy of its outputs, taken as logits, and a distribution. */
async function withLoss(network: Graph): Promise<Graph> {
  const { loss } = await compileRecipe(smallModel);
  const [output] = network.outputs;
  const classes = network.types[output?.value ?? -1]?.shape[1];
  assert.is(typeof classes, "number");
  // The same loss for another number of classes.
  const shaped = {
    ...loss,
    types: loss.types.map((type) => ({
      ...type,
      shape: type.shape.map((dim) => (dim === 5 ? (classes as number) : dim)),
    })),
  };
  return attachLoss({ ...network, outputs: [{ name: "logits", value: output?.value ?? -1 }] }, shaped);
}

/** A feed for which no layer's outputs collapse; labels are distributions. */
function feedOf(graph: Graph, seed: number): Feed {
  const inputs = probeInputs(graph, batch, seed);
  const label = inputs["data.label"] as Tensor;
  const classes = label.shape[1] as number;
  const powers = label.data.map(Math.exp);
  const data = powers.map((power, i) => {
    const first = i - (i % classes);
    return power / powers.subarray(first, first + classes).reduce((a, b) => a + b, 0);
  });
  return { inputs: { ...inputs, "data.label": { ...label, data } }, slots: probeWeights(graph, seed), batch };
}

/**
 * Along random directions in all parameters, and in the picture, the change of the loss must match its gradient. The step is small,
 * because a ReLU or a maximum that flips between both ends adds an error, which batch norm over a few values amplifies: at 1e-6 some
 * seeds are off by a percent, at 1e-8 none, and rounding is still far below.
 */
function assertDirections(graph: Graph, seed: number, together = false): void {
  const feed = feedOf(graph, seed);
  const loss = graph.outputs.find(({ name }) => name === "loss")?.value ?? -1;
  const leaves = leavesOf(graph).filter(
    ({ name, from }) => (from === "slots" && !name.includes("running_")) || name === "image",
  );
  const { gradients } = reverseGradients(graph, loss, leaves, feed);
  const step = 1e-8;
  const apart = [
    ["parameters", leaves.filter(({ from }) => from === "slots")],
    ["picture", leaves.filter(({ from }) => from === "inputs")],
  ] as const;
  for (const [what, chosen] of together ? [["all", leaves] as const] : apart) {
    let [up, down, expected, size] = [feed, feed, 0, 0];
    for (const leaf of chosen) {
      const values = (feed[leaf.from][leaf.name] as Tensor).data;
      const gradient = (gradients[leaves.indexOf(leaf)] as Tensor).data;
      const scale = Math.sqrt(values.reduce((sum, x) => sum + x * x, 0) / values.length);
      const random = randomStream(seed, `direction ${leaf.name}`);
      const direction = values.map(() => scale * random.normal());
      for (const [i, along] of direction.entries()) {
        expected += along * (gradient[i] as number);
        size += (along * (gradient[i] as number)) ** 2;
      }
      [up, down] = [moved(up, leaf, direction, step), moved(down, leaf, direction, -step)];
    }
    const found = (lossOf(graph, loss, up) - lossOf(graph, loss, down)) / (2 * step);
    const off = Math.abs(found - expected) / Math.sqrt(size);
    assert.ok(Math.sqrt(size) > 1e-6, `${what}: the loss does not depend on it`);
    assert.ok(off < 1e-5, `${what}, seed ${seed}: ${expected} by gradients, ${found} by differences (${off})`);
  }
}

const units = `import { Unit, DownUnit } from "std/shufflenet"
import { BasicUnit, BottleneckUnit } from "std/resnet"
import { Separable, ConvNorm } from "std/separable"`;
const toLogits = "global_avg_pool -> flatten";

const blocks: Readonly<Record<string, string>> = {
  "ShuffleNet unit": `Unit(8) -> ${toLogits}`,
  "ShuffleNet unit that halves": `DownUnit(12) -> ${toLogits}`,
  "residual block": `BasicUnit(8) -> ${toLogits}`,
  "residual block with a projection": `BasicUnit(12, stride: 2) -> ${toLogits}`,
  bottleneck: `BottleneckUnit(16, stride: 2) -> ${toLogits}`,
  "depthwise separable, silu": `Separable(12, activation: silu) -> ${toLogits}`,
  "grouped, hard_swish": `ConvNorm(12, groups: 4, activation: hard_swish) -> ${toLogits}`,
  "pools and a linear layer": "max_pool(3, stride: 2) -> avg_pool(2) -> flatten -> linear(6)",
};

suite("gradients of blocks and networks against directional differences", (test) => {
  for (const [title, layers] of Object.entries(blocks)) {
    test(title, async () => {
      const graph = await withLoss(await modelGraph(block(units, layers), "Block"));
      for (const form of [trainingForm(bindBatch(graph, batch)), bindBatch(graph, batch)]) {
        for (const seed of [1, 2, 3]) assertDirections(form, seed);
      }
    });
  }

  test("a little LFER-LDL", async () => {
    const graph = trainingForm(bindBatch(await withLoss(smallNetwork()), batch));
    for (const seed of [1, 2, 3]) assertDirections(graph, seed);
  });

  for (const model of ["GatedCrops", "LatentTruth", "Ensemble", "Masked"]) {
    test(`${model} at 16`, async () => {
      const network = await modelGraph(modelText("related"), model, { size: "16", width: "4" });
      const graph = trainingForm(bindBatch(await withLoss(network), batch));
      assertDirections(graph, 1);
    });
  }

  test("LFER-LDL at 64", async () => {
    const network = await modelGraph(modelText("lfer_ldl"), "LferLdl", { size: "64" });
    const graph = trainingForm(bindBatch(await withLoss(network), batch));
    for (const seed of [1, 2]) assertDirections(graph, seed, true);
  });

  test("ResNet-18 at 32", async () => {
    const network = await modelGraph(modelText("resnet"), "resnet18", { size: "32" });
    const graph = trainingForm(bindBatch(await withLoss(network), batch));
    assertDirections(graph, 1, true);
  });
});
