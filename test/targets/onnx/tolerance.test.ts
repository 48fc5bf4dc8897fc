/** The allowed difference of a file, measured by the effect of a last digit. Each rule has a test that fails without it. */
import type { InferenceSession } from "onnxruntime-node";
import * as assert from "uvu/assert";
import { isProblem, type Problem } from "../../../src/diagnostics/diagnostic.js";
import { type Graph, typeOf } from "../../../src/ir/graph.js";
import type { Tensor } from "../../../src/ops/contracts.js";
import { optimize } from "../../../src/passes/pipeline.js";
import type { WeightedGraph } from "../../../src/passes/weighted-graph.js";
import { interpret } from "../../../src/reference/interpret.js";
import { probeInputs, probeWeights } from "../../../src/reference/probe-weights.js";
import { calmWeights } from "../../../src/targets/onnx/calm-weights.js";
import { relativeError, worst } from "../../../src/targets/onnx/compare-outputs.js";
import type { Verification } from "../../../src/targets/onnx/prove.js";
import { nudgedModel, type VerificationRuntime } from "../../../src/targets/onnx/run-file.js";
import { verifyOnnx } from "../../../src/targets/onnx/verify.js";
import { initialiseWeights } from "../../../src/weights/initialise.js";
import { ort } from "../../support/onnx-runtime.js";
import { suite } from "../../support/suite.js";
import { compile } from "../../support/tester.js";
import { batch, miniShuffleNet, Net } from "./networks.js";

type Model = WeightedGraph<Float64Array>;
const common = { opset: 18, level: 1, runtime: ort } as const;

const code = (result: Verification | Problem) => (isProblem(result) ? result.diagnose({}).code : "verified");
const message = (result: Verification | Problem) => (isProblem(result) ? result.diagnose({}).message : "");

/** ONNX Runtime, but every result is this much larger. */
const exaggerating = (factor: number): VerificationRuntime => ({
  Tensor: ort.Tensor,
  InferenceSession: {
    create: async (bytes, options) => {
      const session = await ort.InferenceSession.create(bytes, options);
      const run = async (feeds: InferenceSession.FeedsType) => {
        const results = await session.run(feeds);
        for (const { data } of Object.values(results)) {
          for (const [i, x] of (data as Float32Array).entries()) (data as Float32Array)[i] = x * factor;
        }
        return results;
      };
      return { run, release: () => session.release() } as unknown as InferenceSession;
    },
  },
});

const sideOf = (graph: Graph) => typeOf(graph, graph.inputs[0]!.value).shape[2];

/** A rewrite that is correct at the probe's size, and has one wrong kernel at full size. */
const wrongAtFullSize =
  (full: Graph, slot: string, factor: number) =>
  (model: Model): Model => {
    const optimised = optimize(model, 1);
    if (sideOf(model.graph) !== sideOf(full)) return optimised;
    const weights = new Map(optimised.weights);
    return {
      ...optimised,
      weights: weights.set(
        slot,
        weights.get(slot)!.map((x) => x * factor),
      ),
    };
  };

/** A small StarNet: products of maps, which grow with the map and add up (Ma et al. 2024). */
const starNet = `lfer 1

block Star on x {
  near = x -> depthwise(kernel: 7, bias: true) -> batch_norm
  one = near -> conv(2 * channels(x), kernel: 1, bias: true)
  other = near -> conv(2 * channels(x), kernel: 1, bias: true)
  seen = relu6(one) * other -> conv(channels(x), kernel: 1, bias: true) -> batch_norm
  return x + (seen -> depthwise(kernel: 7, bias: true))
}

model Stars {
  input image: float32[N, 3, 96, 96]
  x = image -> conv(8, stride: 4) -> batch_norm -> relu6 -> repeat(16, Star)
  logits = x -> global_avg_pool -> flatten -> linear(5)
  output logits
}
`;

async function stars(): Promise<Graph> {
  const { models, diagnostics } = await compile(starNet);
  if (models[0] === undefined) throw new Error(diagnostics.map((each) => each.message).join("\\n"));
  return models[0].graph;
}

suite("what a file may differ by", ({ native: test }) => {
  test("a small multiple of what a last digit moves, no thousandfold: a runtime that is a ten-thousandth off is refused", async () => {
    const graph = miniShuffleNet();
    const honest = (await verifyOnnx(graph, common)) as Verification;
    assert.ok(honest.noise! < 1e-5, `${honest.noise}`);
    assert.is(code(await verifyOnnx(graph, { ...common, runtime: exaggerating(1 + 1e-4) })), "onnx/runtime-differs");
  });

  test("an output that is no number is refused, whatever the outputs after it are", async () => {
    const same = { shape: [2], data: Float64Array.of(1, 2) };
    const none = { shape: [2], data: Float64Array.of(1, Number.NaN) };
    assert.equal(worst({ first: same, second: same }, { first: none, second: same }), {
      output: "first",
      error: Number.NaN,
    });
    assert.is(worst({ first: same, second: same }, { second: same }).output, "first");
  });

  test("at full size, too, the rewritten file is held against the plain one", async () => {
    const graph = miniShuffleNet(64);
    assert.is(code(await verifyOnnx(graph, common)), "verified");
    const result = await verifyOnnx(graph, { ...common, rewrite: wrongAtFullSize(graph, "conv_1.weight", 1 + 1e-3) });
    assert.is(code(result), "onnx/runtime-differs");
    assert.match(message(result), "full size");
  });

  test("batch norms' weights are damped, so that rounding stays small however deep the network", async () => {
    const net = new Net("Deep");
    let x = net.input("x", [batch, 8, 8, 8]);
    for (let i = 0; i < 60; i++) {
      x = net.one("relu", `relu_${i}`, [net.norm(`norm_${i}`, net.conv(`conv_${i}`, x, 8, 3))]);
    }
    net.output("y", net.one("flatten", "flatten", [x], { axis: 1 }));
    const graph = net.finish();
    const inputs = probeInputs(graph, 2, 1);
    /** The change of the output if all weights change by a last digit. */
    const noiseOf = (slots: Readonly<Record<string, Tensor>>) => {
      const weights = new Map(Object.entries(slots).map(([name, { data }]) => [name, data]));
      const moved = Object.entries(slots).map(([name, { shape }]): [string, Tensor] => [
        name,
        { shape, data: Float64Array.from(nudgedModel({ graph, weights }).weights.get(name)!) },
      ]);
      const run = (given: Readonly<Record<string, Tensor>>) =>
        interpret(graph, { inputs, slots: given, batch: 2 }).y!.data;
      return relativeError(run(Object.fromEntries(moved)), run(slots));
    };
    const [calm, raw] = [noiseOf(calmWeights(graph, 1)), noiseOf(probeWeights(graph, 1))];
    assert.ok(calm < 5e-5, `${calm}`);
    assert.ok(raw > 10 * calm, `${raw} without it, ${calm} with it`);
  });

  test("a deep network of nothing but norms and ReLU6, which probes do not damp, is proven by calmer ones", async () => {
    const net = new Net("Clipped");
    let x = net.input("x", [batch, 8, 8, 8]);
    for (let i = 0; i < 40; i++) {
      x = net.one("relu6", `relu6_${i}`, [net.norm(`norm_${i}`, net.conv(`conv_${i}`, x, 8, 3))]);
    }
    net.output("y", net.one("flatten", "flatten", [x], { axis: 1 }));
    const result = await verifyOnnx(net.finish(), common);
    assert.is(code(result), "verified", message(result));
    assert.ok((result as Verification).noise! < 1e-4);
  });

  test("a network whose rounding swells on large maps is proven there with weights that are fitted there", async () => {
    const graph = await stars();
    const result = await verifyOnnx(graph, common);
    assert.is(code(result), "verified", message(result));
    assert.is((result as Verification).fullSizeNoise, undefined);
  });

  test("and faults in it are refused all the same", async () => {
    const graph = await stars();
    const kernels = optimize({ graph, weights: initialiseWeights(graph, 0) }, 1).graph.slots.filter(({ name }) =>
      name.endsWith("weight"),
    );
    const rewrite = wrongAtFullSize(graph, kernels[Math.floor(kernels.length / 2)]!.name, 1 + 1e-3);
    assert.is(code(await verifyOnnx(graph, { ...common, rewrite })), "onnx/runtime-differs");
  });

  test("a network that no weights calm is not compared, and that is said", async () => {
    // Each step doubles the difference of two numbers: after forty steps no digit of a float32 is left.
    const net = new Net("Chaos");
    const four = net.one("constant", "four", [], { shape: [], values: [3.99] });
    const one = net.one("constant", "one", [], { shape: [], values: [1] });
    let x = net.one("sigmoid", "sigmoid", [net.conv("conv", net.input("x", [batch, 2, 4, 4]), 2, 3)]);
    for (let i = 0; i < 40; i++) {
      const rest = net.one("sub", `rest_${i}`, [one, x]);
      x = net.one("mul", `step_${i}`, [net.one("mul", `share_${i}`, [four, x]), rest]);
    }
    net.output("y", x);
    const result = await verifyOnnx(net.finish(), common);
    assert.is(code(result), "onnx/nothing-to-compare");
    assert.match(message(result), "when weights and inputs change in their last digit");
  });
});
