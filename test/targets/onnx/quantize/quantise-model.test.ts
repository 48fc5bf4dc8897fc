import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { isProblem } from "../../../../src/diagnostics/diagnostic.js";
import type { Graph } from "../../../../src/ir/graph.js";
import { type OptimizeLevel, optimize } from "../../../../src/passes/pipeline.js";
import type { WeightedGraph } from "../../../../src/passes/weighted-graph.js";
import { emitOnnx, emitParts, encodeParts } from "../../../../src/targets/onnx/emit.js";
import { onnx } from "../../../../src/targets/onnx/generated/onnx.js";
import { affineOf, quantiseBias, quantiseWeight, roundHalfEven } from "../../../../src/targets/onnx/quantize/affine.js";
import { findRanges } from "../../../../src/targets/onnx/quantize/observe.js";
import { placeQdq } from "../../../../src/targets/onnx/quantize/place-qdq.js";
import { factsOf, planInt8 } from "../../../../src/targets/onnx/quantize/plan.js";
import { type Quantised, quantiseModel } from "../../../../src/targets/onnx/quantize/quantise-model.js";
import { initialiseWeights } from "../../../../src/weights/initialise.js";
import { ort } from "../../../support/onnx-runtime.js";
import { suite } from "../../../support/suite.js";
import { batch, miniShuffleNet, Net } from "../networks.js";

type Model = WeightedGraph<Float32Array>;
const size = 32;
const options = { opset: 18, producerVersion: "" } as const;

/** Pictures of waves, all different. */
const pictures = {
  count: 10,
  input: "image",
  shape: [3, size, size],
  at: (index: number) =>
    Float32Array.from({ length: 3 * size * size }, (_, i) => 2 * Math.sin((index + 1) * 0.37 * i + index * (i % 7))),
};

const drawn = (graph: Graph): Model => ({ graph, weights: initialiseWeights(graph, 3) });

async function run(bytes: Uint8Array, asked: object = {}): Promise<readonly Float32Array[]> {
  const session = await ort.InferenceSession.create(bytes, { logSeverityLevel: 4, intraOpNumThreads: 1, ...asked });
  const all: Float32Array[] = [];
  for (let i = 0; i < pictures.count; i++) {
    const feed = { image: new ort.Tensor("float32", pictures.at(i), [1, ...pictures.shape]) };
    all.push((Object.values(await session.run(feed))[0]!.data as Float32Array).slice());
  }
  await session.release();
  return all;
}

/** The norm of the difference, by that of the first. */
function apart(one: readonly Float32Array[], other: readonly Float32Array[]): number {
  let [difference, norm] = [0, 0];
  for (const [i, values] of one.entries())
    for (const [j, value] of values.entries()) {
      difference += (value - other[i]![j]!) ** 2;
      norm += value ** 2;
    }
  return Math.sqrt(difference / norm);
}

async function quantised(model: Model, more: Partial<Parameters<typeof quantiseModel>[0]> = {}): Promise<Quantised> {
  const made = await quantiseModel({
    ...{ model, options, output: "logits", method: "minmax", pictures, runtime: ort },
    ...more,
  });
  if (isProblem(made)) throw new Error(made.diagnose({}).code);
  return made;
}

/** What ONNX Runtime makes of a file: its nodes' types. */
async function kernelsOf(bytes: Uint8Array): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), "lfer-kernels-"));
  try {
    const optimizedModelFilePath = join(folder, "model.onnx");
    await run(bytes, { optimizedModelFilePath });
    const { graph } = onnx.ModelProto.decode(readFileSync(optimizedModelFilePath));
    return (graph?.node ?? []).map(({ op_type }) => op_type ?? "");
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const counted = (all: readonly string[], type: string): number => all.filter((each) => each === type).length;

suite("quantising a network", (test) => {
  for (const level of [0, 1, 2] as const satisfies readonly OptimizeLevel[]) {
    test.native(`level ${level}: int8 kernels run, and the answers stay near those of float32`, async () => {
      const model = optimize(drawn(miniShuffleNet(size)), level);
      const made = await quantised(model);
      const bytes = Buffer.concat(made.pieces);
      const kernels = await kernelsOf(bytes);
      const convolutions = made.layers.filter(({ name }) => name !== "output_module.conv").length;
      assert.ok(convolutions >= 8);
      assert.is(counted(kernels, "QLinearConv"), convolutions, kernels.join(" "));
      // The head, which makes maps of one cell and the scores, stays float32.
      assert.ok(counted(kernels, "Conv") + counted(kernels, "FusedConv") <= 2, kernels.join(" "));
      const float = await run(emitOnnx(model, options));
      const [fast, plain] = [await run(bytes), await run(bytes, { graphOptimizationLevel: "disabled" })];
      // Kernels on whole numbers, and the same file on float32: they differ where a sum lies between two whole numbers.
      assert.ok(apart(plain, fast) < 0.03, `${apart(plain, fast)}`);
      assert.ok(apart(float, fast) < 0.15 && apart(float, fast) > 0, `${apart(float, fast)}`);
      const again = await quantised(model);
      assert.ok(Buffer.concat(again.pieces).equals(bytes));
    });
  }

  test.native("a layer's whole numbers are what the formulas say, but for one step of rounding", async () => {
    const net = new Net("One");
    const image = net.input("image", [batch, 3, size, size]);
    const kept = net.one("relu", "relu", [net.conv("conv", image, 5, 3, { stride: [2, 2], bias: true })]);
    const last = net.conv("last", net.one("global_avg_pool", "pool", [kept]), 2, 1);
    net.output("logits", net.one("flatten", "flatten", [last], { axis: 1 }), ["a", "b"]);
    const model = drawn(net.finish());
    const bias = Float32Array.of(0.5, -0.3, 0, 1, -1);
    const filters = model.weights.get("conv.weight")!;
    filters.fill(0, 27, 54);
    (model.weights as Map<string, Float32Array>).set("conv.bias", bias);
    const parts = emitParts(model, options);
    const facts = factsOf(parts, (name) => model.graph.types.some((_, value) => parts.nameOf(value) === name));
    const plan = planInt8(facts, new Set());
    const all = { opset: 18, runtime: ort, pictures };
    const { ranges } = await findRanges(parts, [...plan.rounded.values()], "minmax", all);
    const placed = placeQdq(facts, plan, ranges);
    const watched = placed.edges.find(({ name }) => name === "relu.dequantized");
    assert.ok(watched !== undefined, placed.edges.map(({ name }) => name).join(" "));
    const [from, to] = [affineOf(ranges.get("image")!), affineOf(ranges.get("relu")!)];
    const file = Buffer.concat(encodeParts({ ...placed, outputs: [watched] }, options));
    const found = await run(file);
    const weight = quantiseWeight({ values: filters, shape: [5, 3, 3, 3], axis: 0 }, bias, from.scale);
    const whole = quantiseBias(bias, from.scale, weight.scales);
    let equal = 0;
    for (let picture = 0; picture < pictures.count; picture++) {
      const input = pictures.at(picture).map((value) => {
        const step = roundHalfEven(Math.fround(value / from.scale)) + from.zeroPoint;
        return Math.min(255, Math.max(0, step)) - from.zeroPoint;
      });
      const side = size / 2;
      for (const [at, value] of found[picture]!.entries()) {
        const [channel, y, x] = [Math.floor(at / side ** 2), Math.floor(at / side) % side, at % side];
        let sum = whole.values[channel]!;
        for (let k = 0; k < 27; k++) {
          const [c, dy, dx] = [Math.floor(k / 9), 2 * y + (Math.floor(k / 3) % 3) - 1, 2 * x + (k % 3) - 1];
          if (dy < 0 || dx < 0 || dy >= size || dx >= size) continue;
          sum += weight.values[27 * channel + k]! * input[(c * size + dy) * size + dx]!;
        }
        const step = roundHalfEven((sum * whole.scales[channel]!) / to.scale);
        const expected = Math.min(255, Math.max(0, step));
        const off = Math.abs(Math.round(value / to.scale) - expected);
        assert.ok(off <= 1, `picture ${picture}, ${at}: ${value / to.scale}, not ${expected}`);
        if (off === 0) equal++;
      }
    }
    assert.ok(equal > 0.999 * found.length * found[0]!.length, `${equal}`);
  });

  test.native("the layer that rounding spoils is found by its gradient, and stays float32", async () => {
    const net = new Net("Three");
    let map = net.input("image", [batch, 3, size, size]);
    for (const [name, kernel] of [
      ["one", 3],
      ["two", 1],
      ["three", 3],
    ] as const) {
      map = net.one("relu", `${name}.relu`, [net.conv(name, map, 8, kernel, { stride: [2, 2] })]);
    }
    const last = net.conv("last", net.one("global_avg_pool", "pool", [map]), 3, 1);
    net.output("logits", net.one("flatten", "flatten", [last], { axis: 1 }), ["a", "b", "c"]);
    const model = drawn(net.finish());
    // A channel that is always zero has weights that take all of the range: the others are rounded to nothing.
    model.weights.get("one.weight")!.fill(0, 0, 27);
    const spoilt = model.weights.get("two.weight")!;
    for (let row = 0; row < 8; row++) spoilt[8 * row] = 1000;
    const float = await run(emitOnnx(model, options));
    const measure = async (bytes: Uint8Array) => {
      const error = apart(float, await run(bytes));
      return { isEnough: error < 0.1, agreement: 1 - error };
    };
    const made = await quantised(model, { measure, asked: 99 });
    const kept = made.layers.filter(({ inFloat }) => inFloat);
    assert.equal(
      kept.map((layer) => layer.name),
      ["two"],
    );
    const [most] = made.layers.toSorted((a, b) => b.sensitivity! - a.sensitivity!);
    assert.is(most?.name, "two");
    assert.ok(kept[0]!.agreementAsInt8! < 0.9);
    assert.ok((await measure(Buffer.concat(made.pieces))).isEnough);
    // Where nothing is enough, that is said.
    const never = async () => ({ isEnough: false, agreement: 0.5 });
    const refused = await quantiseModel({
      ...{ model, options, output: "logits", method: "minmax", pictures, runtime: ort, measure: never, asked: 100 },
    });
    assert.is(isProblem(refused) ? refused.diagnose({}).code : "", "onnx/quantize-not-kept");
  });

  test.native("infinite numbers and networks without a layer for it are refused", async () => {
    const model = optimize(drawn(miniShuffleNet(size)), 1);
    for (const values of model.weights.values()) for (const [i, value] of values.entries()) values[i] = value * 1e30;
    const request = { options, output: "logits", method: "minmax", pictures, runtime: ort } as const;
    const huge = await quantiseModel({ model, ...request });
    assert.is(isProblem(huge) ? huge.diagnose({}).code : "", "onnx/quantize-not-finite");
    const net = new Net("Bare");
    const scores = net.conv("conv", net.input("image", [batch, 3, size, size]), 2, size - 1);
    net.output("logits", scores, ["a", "b"]);
    const bare = await quantiseModel({ model: drawn(net.finish()), ...request });
    assert.is(isProblem(bare) ? bare.diagnose({}).code : "", "onnx/quantize-nothing");
  });
});
