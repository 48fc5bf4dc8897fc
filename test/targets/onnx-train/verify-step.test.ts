import * as assert from "uvu/assert";
import { isProblem } from "../../../src/diagnostics/diagnostic.js";
import type { Graph, Node } from "../../../src/ir/graph.js";
import { stepOfRecipe } from "../../../src/step/from-recipe.js";
import type { TrainingStepSource } from "../../../src/step/training-step.js";
import { emitOnnx } from "../../../src/targets/onnx/emit.js";
import { verifyStep } from "../../../src/targets/onnx-train/verify-step.js";
import { probeHalves, probeStep } from "../../../src/training/step-file.js";
import { ort } from "../../support/onnx-runtime.js";
import { suite } from "../../support/suite.js";
import { plainRecipe, recipeText } from "../../training/small-recipe.js";

const source = stepOfRecipe(await plainRecipe(recipeText())) as TrainingStepSource;
const probe = probeStep(source);
const halves = probeHalves(source);
const probes = {
  step: probe,
  gradients: { ...halves.gradients, other: halves.update.step },
  update: { ...halves.update, other: halves.gradients.step },
};

/** The result of the verification if the file is written from a modified graph. */
async function verdict(change: (graph: Graph) => Graph, part: keyof typeof probes = "step"): Promise<string> {
  const emit = (graph: Graph, weights: ReadonlyMap<string, Float32Array>) =>
    emitOnnx({ graph: change(graph), weights }, { opset: 18, producerVersion: "" });
  const found = await verifyStep(probes[part], { opset: 18, runtime: ort, emit });
  return isProblem(found) ? found.diagnose({}).message : "verified";
}

/** The first node of an op, changed. */
const changing =
  (op: string, change: (node: Node) => Partial<Node>) =>
  (graph: Graph): Graph => {
    const at = graph.nodes.findIndex((node) => node.op === op);
    assert.ok(at >= 0, `the step has no ${op}`);
    return { ...graph, nodes: graph.nodes.map((node, i) => (i === at ? { ...node, ...change(node) } : node)) };
  };

const swapped = (graph: Graph, a: string, b: string): Graph => {
  const outputOf = (name: string): number => graph.outputs.find((output) => output.name === name)?.value ?? -1;
  const [first, second] = [outputOf(a), outputOf(b)];
  assert.ok(first >= 0 && second >= 0);
  return {
    ...graph,
    outputs: graph.outputs.map((output) =>
      output.name === a ? { ...output, value: second } : output.name === b ? { ...output, value: first } : output,
    ),
  };
};

suite("verifying a training step", ({ native: test }) => {
  test("an honest one is equal, op by op", async () => {
    const found = await verifyStep(probe, { opset: 18, runtime: ort });
    assert.ok(!isProblem(found));
    assert.ok(!isProblem(found) && found.error > 0 && found.error < 1e-5);
  });

  const mutations: Readonly<Record<string, (graph: Graph) => Graph>> = {
    "a ReLU lost": changing("relu", () => ({ op: "identity" })),
    "a difference turned round": changing("sub", ({ inputs }) => ({ inputs: inputs.toReversed() })),
    "a convolution's gradient with its padding moved": (graph) => {
      const at = graph.nodes.findIndex(
        ({ op, attributes }) => op === "conv2d_weight_gradient" && String(attributes.padding) === "1,1,1,1",
      );
      assert.ok(at >= 0);
      const moved = (node: Node): Node => ({ ...node, attributes: { ...node.attributes, padding: [0, 2, 2, 0] } });
      return { ...graph, nodes: graph.nodes.map((node, i) => (i === at ? moved(node) : node)) };
    },
    "another epsilon in batch norm": changing("batch_norm_training", ({ attributes }) => ({
      attributes: { ...attributes, epsilon: 0.1 },
    })),
    "two parameters' next values exchanged": (graph) =>
      swapped(graph, "next.stem.batch_norm.weight", "next.stem.batch_norm.bias"),
    // Only the file's own form has these.
    "what is fed and what stands in the file exchanged": (graph) => ({
      ...graph,
      nodes: graph.nodes.map((node) => {
        const [first = -1, own = -1, given = -1] = node.inputs;
        return node.path.startsWith("begin.") && node.op === "where" ? { ...node, inputs: [first, given, own] } : node;
      }),
    }),
    "the loss of another place": (graph) => ({
      ...graph,
      outputs: graph.outputs.map((output) =>
        output.name === "loss"
          ? { ...output, value: graph.inputs.find(({ name }) => name === "learning_rate")!.value }
          : output,
      ),
    }),
  };
  for (const [title, change] of Object.entries(mutations)) {
    test(`refuses ${title}`, async () => {
      assert.match(await verdict(change), /training step differs from the reference: .* of its norm/);
    });
  }

  const ofHalves: Readonly<Record<string, readonly ["gradients" | "update", (graph: Graph) => Graph]>> = {
    "two small gradients exchanged": [
      "gradients",
      (graph) => swapped(graph, "gradient.logits.unit.batch_norm_1.weight", "gradient.logits.unit.batch_norm_1.bias"),
    ],
    "two gradients exchanged": [
      "gradients",
      (graph) => swapped(graph, "gradient.stem.batch_norm.weight", "gradient.stem.batch_norm.bias"),
    ],
    "a ReLU lost from its gradients": ["gradients", mutations["a ReLU lost"]!],
    "an update in the wrong direction": ["update", mutations["a difference turned round"]!],
    "an update of another parameter": ["update", mutations["two parameters' next values exchanged"]!],
  };
  for (const [title, [part, change]] of Object.entries(ofHalves)) {
    test(`refuses ${title}`, async () => {
      assert.is(await verdict((graph) => graph, part), "verified");
      assert.match(await verdict(change, part), /training step differs from the reference: .* of its norm/);
    });
  }

  test("says which op", async () => {
    assert.match(await verdict(mutations["a ReLU lost"]!), /: relu at stem\.relu by /);
  });

  test("what ONNX Runtime refuses is no step to write", async () => {
    const runtime = { Tensor: ort.Tensor, InferenceSession: { create: () => Promise.reject(new Error("no\nmore")) } };
    const found = await verifyStep(probe, { opset: 18, runtime });
    assert.is(isProblem(found) && found.diagnose({}).code, "onnx/runtime-refuses");
  });
});
