import onnxProto, { type onnx as reader } from "onnx-proto";
import * as assert from "uvu/assert";
import type { Graph } from "../../../src/ir/graph.js";
import { optimize } from "../../../src/passes/pipeline.js";
import { asFloat32 } from "../../../src/passes/weighted-graph.js";
import { interpret } from "../../../src/reference/interpret.js";
import { probeInputs, probeWeights } from "../../../src/reference/probe-weights.js";
import { relativeError } from "../../../src/targets/onnx/compare-outputs.js";
import { emitOnnx, emitOnnxPieces } from "../../../src/targets/onnx/emit.js";
import { onnx } from "../../../src/targets/onnx/generated/onnx.js";
import { irVersions } from "../../../src/targets/onnx/opsets.js";
import { initialiseWeights } from "../../../src/weights/initialise.js";
import { cases } from "../../ops/cases.js";
import { singleOpGraph } from "../../ops/single-op.js";
import { ort } from "../../support/onnx-runtime.js";
import { suite } from "../../support/suite.js";
import { batch, miniShuffleNet, Net } from "./networks.js";

const options = { opset: 18, producerVersion: "1.2.3" };
const network = miniShuffleNet();
const weights = initialiseWeights(network, 4);
const emit = (graph: Graph, opset = 18) =>
  emitOnnx({ graph, weights: initialiseWeights(graph, 4) }, { ...options, opset });

/** The file read by `onnx-proto`: another schema, another protobufjs, another author. */
const readBack = (bytes: Uint8Array) => {
  const model = onnxProto.onnx.ModelProto.decode(bytes);
  const graph = model.graph as reader.GraphProto;
  return { model, graph };
};

const dims = (info: reader.IValueInfoProto) =>
  info.type!.tensorType!.shape!.dim!.map((dim) => (dim.dimParam ? dim.dimParam : Number(dim.dimValue)));

/** Edges that have a producer but no type. */
const untyped = (graph: reader.GraphProto) => {
  const typed = new Set([...graph.valueInfo!, ...graph.output!].map(({ name }) => name));
  return graph.node!.flatMap((node) => node.output!).filter((name) => !typed.has(name));
};

suite("emitting ONNX", (test) => {
  test("an independent reader finds the whole model", () => {
    const metadata = new Map([
      ["lfer.model", "MiniShuffleNet"],
      ["ключ", "脸"],
    ]);
    const { model, graph } = readBack(emitOnnx({ graph: network, weights }, { ...options, metadata }));
    assert.equal([Number(model.irVersion), model.producerName, model.producerVersion], [8, "lferc", "1.2.3"]);
    assert.equal(
      model.opsetImport!.map(({ domain, version }) => [domain, Number(version)]),
      [["", 18]],
    );
    assert.equal(
      model.metadataProps!.map(({ key, value }) => [key, value]),
      [...metadata],
    );
    assert.is(graph.name, "MiniShuffleNet");
    assert.equal(
      graph.input!.map((input) => [input.name, dims(input)]),
      [["image", ["N", 3, 32, 32]]],
    );
    assert.equal(
      graph.output!.map((output) => [output.name, dims(output)]),
      [["logits", ["N", 7]]],
    );
    const tensors = new Map(graph.initializer!.map((tensor) => [tensor.name!, tensor]));
    for (const { name, value } of network.slots) {
      const tensor = tensors.get(name)!;
      assert.equal(tensor.dims!.map(Number), network.types[value]!.shape);
      const raw = Uint8Array.from(tensor.rawData!);
      assert.equal([...new Float32Array(raw.buffer)], [...weights.get(name)!]);
    }
  });

  test("names follow the source", () => {
    const { graph } = readBack(emit(network));
    const named = (name: string) => graph.node!.find((node) => node.name === name)!;
    assert.equal(named("stage2.unit_1.conv_2").opType, "Conv");
    assert.equal(named("stage2.unit_1.conv_2").output, ["stage2.unit_1.conv_2"]);
    assert.equal(named("stage2.unit_1.conv_2").input, ["stage2.unit_1.relu_1", "stage2.unit_1.conv_2.weight"]);
    assert.equal(named("stage2.unit_1.split").output, ["stage2.unit_1.split.0", "stage2.unit_1.split.1"]);
    assert.equal(named("stage2.unit_1.shuffle").opType, "Reshape");
    assert.equal(named("stage2.unit_1.shuffle.transpose").opType, "Transpose");
    assert.equal(named("output_module.flatten").output, ["logits"]);
    const names = graph.node!.map(({ name }) => name);
    assert.is(new Set(names).size, names.length);
  });

  test("every edge has its type, the batch is a symbol, its multiples are others", () => {
    const net = new Net("Crops");
    const x = net.input("x", [batch, 8, 4, 4]);
    const crops = net.many("split", "crops", [x], { axis: 1, sizes: [4, 4] });
    const folded = net.one("concat", "folded", crops, { axis: 0 });
    net.output("y", net.one("mish", "mish", [net.one("channel_shuffle", "shuffle", [folded], { groups: 2 })]));
    for (const opset of [13, 18]) {
      const { graph } = readBack(emit(net.finish(), opset));
      assert.equal(untyped(graph), []);
      const shapes = Object.fromEntries(graph.valueInfo!.map((info) => [info.name, dims(info)]));
      assert.equal(shapes["crops.0"], ["N", 4, 4, 4]);
      assert.equal(shapes.folded, ["2N", 4, 4, 4]);
      assert.equal(shapes["shuffle.transpose"], ["2N", 2, 2, 4, 4]);
      if (opset === 13) assert.equal(shapes["mish.softplus"], ["2N", 4, 4, 4]);
    }
  });

  test.native(
    "the lowering of every op, at the oldest and the newest opset, types all its edges as ONNX Runtime finds them",
    async () => {
      for (const row of cases) {
        for (const opset of [13, 17, 18, 26]) {
          const bytes = emit(singleOpGraph(row), opset);
          const { graph } = readBack(bytes);
          assert.equal(untyped(graph), [], `${row.op} ${row.title}`);
          // ONNX Runtime infers shapes itself and rejects a file whose value_info differs.
          const session = await ort.InferenceSession.create(bytes, { logSeverityLevel: 3 });
          await session.release();
        }
      }
    },
  );

  test.native("ONNX Runtime gives the reference's outputs at every opset, with and without rewrites", async () => {
    const feed = { inputs: probeInputs(network, 2, 1), slots: probeWeights(network, 1), batch: 2 };
    const expected = interpret(network, feed).logits!;
    const plain = {
      graph: network,
      weights: new Map(Object.entries(feed.slots).map(([name, { data }]) => [name, data])),
    };
    const { shape, data } = feed.inputs.image!;
    for (const opset of Object.keys(irVersions).map(Number)) {
      for (const level of [0, 1] as const) {
        const model = optimize(plain, level);
        const bytes = emitOnnx({ graph: model.graph, weights: asFloat32(model.weights) }, { ...options, opset });
        assert.is(Number(readBack(bytes).model.irVersion), irVersions[opset]);
        const session = await ort.InferenceSession.create(bytes, { logSeverityLevel: 3 });
        const { logits } = await session.run({ image: new ort.Tensor("float32", Float32Array.from(data), [...shape]) });
        const error = relativeError(logits!.data as Float32Array, expected.data);
        assert.ok(error < 1e-5, `opset ${opset}, level ${level}: ${error}`);
        await session.release();
      }
    }
  });

  test.native("an output that is an input, a weight or another output gets its own name", async () => {
    const net = new Net("Through");
    const x = net.input("x", [batch, 3]);
    const y = net.one("relu", "relu", [x]);
    net.output("x_again", x);
    net.output("first", y);
    net.output("second", y);
    const session = await ort.InferenceSession.create(emit(net.finish()), { logSeverityLevel: 3 });
    const results = await session.run({ x: new ort.Tensor("float32", Float32Array.of(-1, 0, 2), [1, 3]) });
    const seen = Object.fromEntries(
      Object.entries(results).map(([name, { data }]) => [name, [...(data as Float32Array)]]),
    );
    assert.equal(seen, { x_again: [-1, 0, 2], first: [0, 0, 2], second: [0, 0, 2] });
  });

  test.native("names that clash give way to inputs and outputs", async () => {
    const net = new Net("Clash");
    const x = net.input("relu", [batch, 3]);
    const hidden = net.one("relu", "logits", [net.one("relu", "relu", [x])]);
    net.output("logits", net.one("sigmoid", "logits.sigmoid", [hidden]));
    const { graph } = readBack(emit(net.finish()));
    assert.equal(
      graph.node!.map(({ output }) => output![0]),
      ["relu_2", "logits_2", "logits"],
    );
    await (await ort.InferenceSession.create(emit(net.finish()), { logSeverityLevel: 3 })).release();
  });

  test("the same model gives the same bytes; weights are views, not copies", () => {
    assert.equal(Buffer.from(emit(network)), Buffer.from(emit(miniShuffleNet())));
    const pieces = emitOnnxPieces({ graph: network, weights }, options);
    const buffers = new Set(pieces.map(({ buffer }) => buffer));
    assert.ok([...weights.values()].every(({ buffer }) => buffers.has(buffer)));
  });

  test("the pieces are what the generated encoder would have written", () => {
    const bytes = emit(network);
    const again = onnx.ModelProto.encode(onnx.ModelProto.decode(bytes)).finish();
    assert.ok(Buffer.from(again).equals(bytes));
  });

  test("doc strings say where a node was written", () => {
    const graph = {
      ...network,
      nodes: network.nodes.map((node) => ({ ...node, span: { file: "m.lfer", start: 7, end: 9 } })),
    };
    const described = {
      ...options,
      describeSpan: ({ file, start }: { file: string; start: number }) => `${file}:${start}`,
    };
    const file = readBack(emitOnnx({ graph, weights }, described)).graph;
    assert.ok(file.node!.every(({ docString }) => docString === "m.lfer:7"));
  });
});
