// The numbers of a quantised file in ONNX Runtime's kernels, against the same arithmetic in float64.
import * as assert from "uvu/assert";
import type { Graph } from "../../../../src/ir/graph.js";
import { type OptimizeLevel, optimize } from "../../../../src/passes/pipeline.js";
import { interpret } from "../../../../src/reference/interpret.js";
import { probeInputs, probeWeights } from "../../../../src/reference/probe-weights.js";
import { calmWeights } from "../../../../src/targets/onnx/calm-weights.js";
import { relativeError, valuesOf } from "../../../../src/targets/onnx/compare-outputs.js";
import { elementTypes } from "../../../../src/targets/onnx/edge-types.js";
import { emitParts, encodeParts } from "../../../../src/targets/onnx/emit.js";
import { findRanges, observe, type Pictures } from "../../../../src/targets/onnx/quantize/observe.js";
import { placeQdq } from "../../../../src/targets/onnx/quantize/place-qdq.js";
import { factsOf, planInt8 } from "../../../../src/targets/onnx/quantize/plan.js";
import { ort } from "../../../support/onnx-runtime.js";
import { suite } from "../../../support/suite.js";
import { batch, miniShuffleNet, Net } from "../networks.js";
import { emulate } from "./emulate.js";

/** Everything that runs on whole numbers: layers with and without ReLU, sums, joins, moves, pools, a matrix product. */
function mixed(): Graph {
  const net = new Net("Mixed");
  const image = net.input("image", [batch, 3, 12, 12], { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] });
  const stem = net.one("relu", "stem.relu", [net.conv("stem", image, 8, 3, { bias: true })]);
  const side = net.conv("side", stem, 8, 1, { bias: true });
  const sum = net.one("relu6", "sum.relu6", [net.one("add", "sum", [stem, side])]);
  const deep = net.conv("deep", sum, 8, 3, { groups: 8 });
  const joined = net.one("concat", "joined", [sum, deep], { axis: 1 });
  const window = { kernel: [2, 2], stride: [2, 2], padding: [0, 0, 0, 0] };
  const pooled = net.one("max_pool", "pooled", [joined], window);
  const last = net.one("relu", "last.relu", [net.conv("last", pooled, 8, 3, { bias: true })]);
  const flat = net.one("flatten", "flat", [last], { axis: 1 });
  net.output("scores", net.one("linear", "scores", [flat], { features: 5, bias: true }), ["a", "b", "c", "d", "e"]);
  return net.finish();
}

const pictureCount = 6;

async function quantised(network: Graph, level: OptimizeLevel, method: "minmax" | "percentile") {
  const slots = network.name === "Mixed" ? probeWeights(network, 1) : calmWeights(network, 1);
  const { graph, weights } = optimize({ graph: network, weights: float32(valuesOf(slots)) }, level);
  const parts = emitParts({ graph, weights }, { opset: 18 });
  const names = new Set(graph.types.map((_, value) => parts.nameOf(value)));
  const facts = factsOf(parts, (name) => names.has(name));
  const plan = planInt8(facts, new Set());
  const [input] = graph.inputs;
  const { shape, data } = probeInputs(graph, pictureCount, 5)[input!.name]!;
  const sizes = shape.slice(1);
  const one = data.length / pictureCount;
  const pictures: Pictures = {
    count: pictureCount,
    input: input!.name,
    shape: sizes,
    at: (i) => Float32Array.from(data.subarray(i * one, (i + 1) * one)),
  };
  const roots = [...new Set(plan.rounded.values())];
  const { ranges } = await findRanges(parts, roots, method, { opset: 18, runtime: ort, pictures });
  const model = { graph, weights, parts, facts, plan, ranges };
  return { model, pictures, placed: placeQdq(facts, plan, ranges) };
}

const float32 = (values: ReadonlyMap<string, Float64Array>): Map<string, Float32Array> =>
  new Map([...values].map(([name, numbers]) => [name, Float32Array.from(numbers)]));

suite("quantised arithmetic", (test) => {
  for (const level of [0, 1, 2] as const) {
    for (const network of [mixed(), miniShuffleNet()]) {
      test.native(
        `${network.name}, level ${level}: every rounded tensor is that of the emulation, but for ties`,
        async () => {
          const { model, pictures, placed } = await quantised(network, level, "minmax");
          const { graph, weights } = model;
          const rounded = placed.nodes.filter(({ op_type: type }) => type === "QuantizeLinear");
          const names = rounded.map(({ output }) => output![0]!);
          assert.ok(names.length >= 5, `${names.length}`);
          const [scores] = graph.outputs;
          let [cells, apart, most] = [0, 0, 0];
          const found = new Map<string, ArrayLike<number>>();
          await observe(
            placed,
            [...names, scores!.name],
            { opset: 18, runtime: ort, pictures: { ...pictures, count: 1 } },
            (name, numbers) => found.set(name, numbers),
          );
          const input = { shape: [1, ...pictures.shape], data: Float64Array.from(pictures.at(0)) };
          const { whole, outputs } = emulate(model, input);
          for (const [name, expected] of whole) {
            const actual = found.get(`${name}.quantized`)!;
            for (const [i, number] of expected.entries()) {
              const distance = Math.abs(number - actual[i]!);
              cells++;
              if (distance > 0) apart++;
              most = Math.max(most, distance);
            }
          }
          // A number near the middle between two whole ones may be rounded to either, since ONNX Runtime computes in float32; where that
          // happens, a layer behind it may differ by one more.
          assert.ok(cells > 2000 && most <= 2, `${cells} cells, ${most} apart`);
          assert.ok(apart / cells < 0.005, `${apart} of ${cells}`);
          const slots = Object.fromEntries(
            graph.slots.map(({ name, value }) => [
              name,
              { shape: graph.types[value]!.shape as readonly number[], data: Float64Array.from(weights.get(name)!) },
            ]),
          );
          const exact = interpret(graph, { inputs: { [pictures.input]: input }, slots, batch: 1 })[scores!.name]!.data;
          const emulated = outputs[scores!.name]!.data;
          const rounding = relativeError(emulated, exact);
          const difference = relativeError(found.get(scores!.name)!, emulated);
          assert.ok(rounding > 1e-4 && rounding < 0.2, `rounding changes ${rounding}`);
          assert.ok(difference < rounding / 4, `${difference} of ${rounding}`);
        },
      );
    }
  }

  test("scales are positive numbers, also of padded channels, whose weights are all zero", async () => {
    const { placed } = await quantised(miniShuffleNet(), 2, "minmax");
    const scales = placed.initializers.filter(({ name }) => name!.includes(".scale"));
    const numbers = scales.flatMap(({ raw_data: raw }) => [...new Float32Array(raw!.slice().buffer)]);
    assert.ok(numbers.length > 50 && numbers.every((scale) => scale > 0 && Number.isFinite(scale)));
    const weights = placed.initializers.filter(({ data_type: type }) => type === elementTypes.int8);
    const hasPadding = weights.some(({ raw_data: raw, dims }) => {
      const row = raw!.length / Number(dims![0]);
      return row >= 1 && raw!.subarray(0).join().includes(Array(row).fill(0).join());
    });
    assert.ok(hasPadding);
  });

  test("with any one layer, or all but one, in float32, a file is written whose inputs all exist", async () => {
    const { model } = await quantised(miniShuffleNet(), 1, "minmax");
    const { facts, plan } = model;
    const ranges = new Map([...plan.rounded].map(([name, root]) => [name, model.ranges.get(root)!]));
    const all = plan.layers.map(({ name }) => name);
    for (const inFloat of [...all.map((name) => [name]), ...all.map((name) => all.filter((other) => other !== name))]) {
      const fewer = planInt8(facts, new Set(inFloat));
      assert.is(fewer.layers.length, all.length - inFloat.length);
      const placed = placeQdq(facts, fewer, ranges);
      const known = new Set([...placed.inputs, ...placed.initializers].map(({ name }) => name!));
      for (const { input, output } of placed.nodes) {
        assert.ok(input!.every((name) => name === "" || known.has(name)));
        for (const name of output!) known.add(name);
      }
      assert.ok(placed.outputs.every(({ name }) => known.has(name!)));
    }
  });

  test("the same pictures give the same bytes", async () => {
    const make = async () => {
      const { placed } = await quantised(mixed(), 1, "percentile");
      return Buffer.concat(encodeParts(placed, { opset: 18, producerVersion: "" })).toString("base64");
    };
    assert.is(await make(), await make());
  });
});
