import type { InferenceSession as Session } from "onnxruntime-node";
import * as assert from "uvu/assert";
import { isProblem, type Problem } from "../../../src/diagnostics/diagnostic.js";
import type { Attributes, Graph, Node } from "../../../src/ir/graph.js";
import { optimize } from "../../../src/passes/pipeline.js";
import type { WeightedGraph } from "../../../src/passes/weighted-graph.js";
import { chooseProbeGraph } from "../../../src/targets/onnx/probe-size.js";
import type { Verification } from "../../../src/targets/onnx/prove.js";
import { verifyOnnx } from "../../../src/targets/onnx/verify.js";
import { compileText } from "../../../src/testing/compile-text.js";
import { ort } from "../../support/onnx-runtime.js";
import { suite } from "../../support/suite.js";
import { batch, miniShuffleNet, Net } from "./networks.js";

type Model = WeightedGraph<Float64Array>;
const network = miniShuffleNet();
const common = { opset: 18, level: 1, runtime: ort } as const;

const code = (result: Verification | Problem) => (isProblem(result) ? result.diagnose({}).code : "verified");

const withNodes = (model: Model, change: (node: Node) => Node): Model => ({
  ...model,
  graph: { ...model.graph, nodes: model.graph.nodes.map(change) },
});

const changing = (path: string, change: (node: Node) => Partial<Node>) => (model: Model) =>
  withNodes(optimize(model, 1), (node) => (node.path === path ? { ...node, ...change(node) } : node));

const withWeights = (name: string, change: (values: Float64Array) => Float64Array) => (model: Model) => {
  const optimised = optimize(model, 1);
  return { ...optimised, weights: new Map(optimised.weights).set(name, change(optimised.weights.get(name)!)) };
};

/** Possible errors of a pass. */
const mutations: Readonly<Record<string, (model: Model) => Model>> = {
  "two quadrants swapped": changing("local.join_columns_0", ({ inputs }) => ({ inputs: inputs.toReversed() })),
  "a shuffle lost": changing("stage2.unit_1.shuffle", () => ({ op: "identity", attributes: {} })),
  "a bias forgotten": withWeights("conv_1.bias", (values) => values.map(() => 0)),
  "a bias a millionth off": withWeights("conv_1.bias", (values) => values.map((x) => x * (1 + 1e-6))),
  "a kernel mirrored": withWeights("local.cell_1_0.conv.weight", (values) => values.toReversed()),
  "a clip at 6 lost": changing("local.cell_1_1.relu6", () => ({ op: "relu" })),
  "the wrong tap cut": withWeights("output_module.depthwise.weight", (values) =>
    values.map((_, i) => values.at(i - 1)!),
  ),
};

suite("verifying what will be written", (test) => {
  test.native("an honest build is equal in double precision, and in ONNX Runtime but for rounding", async () => {
    for (const opset of [13, 18]) {
      const result = await verifyOnnx(network, { ...common, opset });
      assert.is(code(result), "verified");
      const { input, graphError, fileError = 1, plainFileError = 1 } = result as Verification;
      assert.ok(graphError < 1e-12 && graphError > 0);
      assert.ok(fileError < 1e-5 && plainFileError < 1e-5 && fileError > 0);
      assert.ok(/^image \[N, 3, \d+, \d+\]$/.test(input));
    }
  });

  for (const [title, rewrite] of Object.entries(mutations)) {
    test(`refuses a rewrite with ${title}`, async () => {
      assert.is(code(await verifyOnnx(network, { ...common, rewrite })), "onnx/optimiser-differs");
    });
  }

  test("says by how much, of how much, where", async () => {
    const result = await verifyOnnx(network, { ...common, rewrite: mutations["a shuffle lost"]! });
    const { message } = (result as Problem).diagnose({});
    assert.ok(
      /output "logits" differs from the reference by \d\.\de[+-]\d+ of its norm \(allowed: 1\.0e-9; image/.test(
        message,
      ),
      message,
    );
  });

  test.native("refuses a file that ONNX Runtime computes otherwise", async () => {
    const { InferenceSession, Tensor } = ort;
    const runtime = {
      Tensor,
      InferenceSession: {
        create: async (bytes: Uint8Array) => {
          const session = await InferenceSession.create(bytes, { logSeverityLevel: 3 });
          const run = async (feeds: Session.FeedsType) => {
            const results = await session.run(feeds);
            for (const { data } of Object.values(results)) (data as Float32Array)[0]! += 0.1;
            return results;
          };
          return { ...session, run, release: () => session.release() } as unknown as Session;
        },
      },
    };
    assert.is(code(await verifyOnnx(network, { ...common, runtime })), "onnx/runtime-differs");
  });

  test.native("refuses what ONNX Runtime does not load, with its reason", async () => {
    const runtime = {
      Tensor: ort.Tensor,
      InferenceSession: { create: () => Promise.reject(new Error("no such op\nstack")) },
    };
    const result = await verifyOnnx(network, { ...common, runtime });
    assert.is(code(result), "onnx/runtime-refuses");
    assert.ok((result as Problem).diagnose({}).message.includes("no such op;"));
  });

  test("without a runtime the graph alone is verified", async () => {
    const result = (await verifyOnnx(network, { opset: 18, level: 1 })) as Verification;
    assert.is(result.fileError, undefined);
    assert.ok(result.graphError < 1e-12);
  });

  test("outputs that do not vary verify nothing", async () => {
    const net = new Net("Constant");
    const x = net.input("x", [batch, 3, 8, 8]);
    const zero = net.one("sub", "zero", [x, x]);
    net.output("y", net.one("flatten", "flatten", [net.conv("conv", zero, 2, 3, { bias: true })], { axis: 1 }));
    const result = await verifyOnnx(net.finish(), common);
    assert.is(code(result), "onnx/nothing-to-compare");
  });

  test.native("a gate on the mean of a normed map, which is zero but for rounding, can be verified", async () => {
    const text = `lfer 1
model M {
  input image: float32[N, 4, 6, 6]
  x = image -> instance_norm
  gated = x * (x -> global_avg_pool -> conv(4, kernel: 1, bias: true) -> sigmoid)
  logits = gated -> flatten -> linear(5)
  output logits
}
`;
    const { models } = await compileText(text, {});
    assert.is(code(await verifyOnnx(models[0]!.graph, common)), "verified");
  });

  test("outputs that are no numbers verify nothing, and nobody says that they do not depend on the input", async () => {
    const net = new Net("Logarithm");
    const x = net.conv("conv", net.input("x", [batch, 3, 8, 8]), 2, 3);
    net.output("y", net.one("flatten", "flatten", [net.one("log", "log", [x])], { axis: 1 }));
    const result = await verifyOnnx(net.finish(), common);
    assert.is(code(result), "onnx/nothing-to-compare");
    const { message, help } = (result as Problem).diagnose({});
    assert.match(message, /output "y" has values that are not finite/);
    assert.match(help, "logarithm");
  });

  test.native(
    "an output without a batch axis, or with samples of equal parts, varies with the input all the same",
    async () => {
      const net = new Net("Whole");
      const x = net.conv("conv", net.input("x", [batch, 3, 8, 8]), 2, 3);
      net.output("mean", net.one("reduce_mean", "mean", [x], { axes: [0, 1, 2, 3], keep: false }));
      net.output("twice", net.one("concat", "twice", [x, x], { axis: 0 }));
      assert.is(code(await verifyOnnx(net.finish(), common)), "verified");
    },
  );
});

const sizeOf = (graph: Graph) => chooseProbeGraph(graph).types[graph.inputs[0]!.value]!.shape.slice(2);

suite("the size of the probe", (test) => {
  test("is the smallest at which every kernel meets what it meets at full size", () => {
    // Halved twice, and then 3x3 on the rest: 5 -> 3 -> 2, where all nine taps still see data.
    const net = new Net("Pyramid");
    const x = net.input("x", [batch, 1, 64, 64]);
    const half = net.conv("half", x, 2, 3, { stride: [2, 2] });
    const quarter = net.conv("quarter", half, 2, 3, { stride: [2, 2] });
    net.output("y", net.conv("last", quarter, 2, 3));
    assert.equal(sizeOf(net.finish()), [5, 5]);
  });

  test("moves the cuts of a grid along, and keeps what they ask for", () => {
    const [height, width] = sizeOf(miniShuffleNet(64)) as [number, number];
    assert.is(height, width);
    assert.is(Math.ceil(Math.ceil(height / 2) / 2) % 2, 0, "the map behind the stem has two equal halves");
    assert.ok(height < 32);
  });

  test("keeps the size where the network takes no other, and the shape of a picture that is no square", () => {
    const fixed = new Net("Fixed");
    const x = fixed.input("x", [batch, 1, 8, 8]);
    const flat = fixed.one("flatten", "flatten", [fixed.conv("conv", x, 2, 3)], { axis: 1 });
    fixed.output("y", fixed.one("linear", "linear", [flat], { features: 3, bias: true }));
    assert.equal(sizeOf(fixed.finish()), [8, 8]);
    const wide = new Net("Wide");
    wide.output("y", wide.conv("conv", wide.input("x", [batch, 1, 32, 96]), 2, 3));
    assert.equal(sizeOf(wide.finish()), [2, 6]);
  });

  test("has several cells along every axis that an op works along", () => {
    const alone = (op: string, attributes: Attributes) => {
      const net = new Net("Alone");
      const x = net.input("x", [batch, 3, 16, 32]);
      net.output("y", net.one(op, op, [x], attributes));
      return sizeOf(net.finish());
    };
    // Width is twice the height.
    assert.equal(alone("relu", {}), [1, 2]);
    assert.equal(alone("softmax", { axis: 1 }), [1, 2]);
    assert.equal(alone("softmax", { axis: 2 }), [2, 4]);
    assert.equal(alone("cumsum", { axis: 2, reverse: false }), [2, 4]);
    assert.equal(alone("cumsum", { axis: 3, reverse: false }), [1, 2]);
    assert.equal(alone("reduce_mean", { axes: [2], keep: true }), [2, 4]);
    assert.equal(alone("transpose", { permutation: [0, 2, 1, 3] }), [2, 4]);
    assert.equal(alone("flatten", { axis: 1 }), [2, 4]);
  });

  test("inputs that are no maps stay", () => {
    const net = new Net("Vector");
    net.output("y", net.one("relu", "relu", [net.input("x", [batch, 4])]));
    const graph = net.finish();
    assert.is(chooseProbeGraph(graph), graph);
  });
});
