// Forms of nodes that exporters and converters write, read as several ops: sizes as ONNX Runtime computes them.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import { statsOf } from "../../../src/analysis/stats.js";
import { isProblem } from "../../../src/diagnostics/diagnostic.js";
import { bindShape } from "../../../src/ir/shape.js";
import type { onnx } from "../../../src/targets/onnx/generated/onnx.js";
import { readOnnxModel } from "../../../src/targets/onnx/read/read-model.js";
import { silentLog } from "../../../src/targets/onnx/session-log.js";
import { ort } from "../../support/onnx-runtime.js";
import { suite } from "../../support/suite.js";
import { convolution, fileOf, type NodeProto, type TensorProto, weight } from "./hand-made.js";

function readAll(bytes: Uint8Array) {
  const warnings: string[] = [];
  const warn: NonNullable<Parameters<typeof readOnnxModel>[0]["warn"]> = (each) =>
    void warnings.push(each.diagnose({}).message);
  const graph = readOnnxModel({ bytes, path: "x.onnx", name: "x", sizes: new Map(), warn });
  if (isProblem(graph)) throw new Error(graph.diagnose({}).message);
  const stats = statsOf(graph);
  if (isProblem(stats)) throw new Error(stats.diagnose({}).message);
  return { graph, stats, warnings };
}

const refusal = (bytes: Uint8Array): string => {
  const found = readOnnxModel({ bytes, path: "x.onnx", name: "x", sizes: new Map() });
  return isProblem(found) ? found.diagnose({}).message : "read";
};

const ints = (name: string, values: readonly number[], dims = [values.length]): TensorProto =>
  weight(dims, { name, data_type: 7, int64_data: [...values] });
const floats = (name: string, dims: readonly number[]): TensorProto =>
  weight(dims, { name, float_data: new Array<number>(dims.reduce((a, b) => a * b, 1)).fill(0.5) });
const int = (name: string, i: number) => ({ name, i, type: 2 });
const list = (name: string, ...values: number[]) => ({ name, ints: values, type: 7 });
const float = (name: string, f: number) => ({ name, f, type: 1 });
const text = (name: string, s: string) => ({ name, s: new TextEncoder().encode(s), type: 3 });

interface Row {
  readonly node: NodeProto | readonly NodeProto[];
  readonly input: readonly number[];
  readonly initializer?: readonly TensorProto[];
  readonly opset?: number;
}

const bytesOf = ({ node, input, initializer = [], opset = 18 }: Row): Uint8Array =>
  fileOf([node].flat() as NodeProto[], { input: [...input] as never, initializer, opset });

const of = (
  op_type: string,
  inputs: readonly string[],
  ...attribute: onnx.AttributeProto.$Properties[]
): NodeProto => ({
  op_type,
  name: "n",
  input: [...inputs],
  output: ["y"],
  attribute,
});

const map = [1, 4, 6, 10] as const;

const sliced = (starts: number[], ends: number[], axes: number[], steps: number[]): Row => ({
  node: of("Slice", ["x", "s", "e", "a", "t"]),
  input: map,
  initializer: [ints("s", starts), ints("e", ends), ints("a", axes), ints("t", steps)],
});

const rows: Readonly<Record<string, Row>> = {
  "a slice with steps that fit": sliced([0], [10], [3], [2]),
  "a slice with a step left over": sliced([1], [10], [3], [4]),
  "slices with steps along two axes": sliced([1, 0], [6, 9], [2, -1], [2, 3]),
  "a slice of one cell by its step": sliced([3], [5], [3], [9]),
  "cells to channels": { node: of("SpaceToDepth", ["x"], int("blocksize", 2)), input: map },
  "channels to cells": { node: of("DepthToSpace", ["x"], int("blocksize", 2)), input: map },
  "channels to cells, column first": {
    node: of("DepthToSpace", ["x"], int("blocksize", 2), text("mode", "CRD")),
    input: map,
  },
  "a repeated tensor": { node: of("Expand", ["x", "s"]), input: [1, 4, 1, 10], initializer: [ints("s", [2, 1, 6, 1])] },
  "a repeated tensor with an axis more": {
    node: of("Expand", ["x", "s"]),
    input: [1, 4],
    initializer: [ints("s", [3, 1, 4])],
  },
  "a sum of three": { node: of("Sum", ["x", "x", "x"]), input: map },
  "a maximum of one": { node: of("Max", ["x"]), input: map },
  "a minimum of three": { node: of("Min", ["x", "w", "x"]), input: map, initializer: [floats("w", [10])] },
  "Gemm with factors": {
    node: of("Gemm", ["x", "w", "b"], float("alpha", 0.5), float("beta", 2), int("transB", 1)),
    input: [2, 4],
    initializer: [floats("w", [3, 4]), floats("b", [3])],
  },
  "Gemm with one number for a bias": {
    node: of("Gemm", ["x", "w", "b"]),
    input: [2, 4],
    initializer: [floats("w", [4, 3]), floats("b", [1])],
  },
  "Gemm of a turned input": {
    node: of("Gemm", ["x", "w"], int("transA", 1)),
    input: [4, 2],
    initializer: [floats("w", [4, 3])],
  },
  "several indices": {
    node: of("Gather", ["x", "i"], int("axis", 2)),
    input: map,
    initializer: [ints("i", [4, 0, -1])],
  },
  "a table of indices": {
    node: of("Gather", ["x", "i"], int("axis", 1)),
    input: map,
    initializer: [ints("i", [0, 1, 2, 3], [2, 2])],
  },
  "a run of indices": {
    node: of("Gather", ["x", "i"], int("axis", 3)),
    input: map,
    initializer: [ints("i", [2, 3, 4])],
  },
  "a long table of indices": {
    node: of("Gather", ["x", "i"], int("axis", 3)),
    input: map,
    initializer: [
      ints(
        "i",
        Array.from({ length: 70 }, (_, i) => (i * 3) % 10),
        [7, 10],
      ),
    ],
  },
  "indices along two axes": {
    node: of("GatherND", ["x", "i"]),
    input: map,
    initializer: [ints("i", [0, 3, 0, 1, 0, -2], [3, 2])],
  },
  "a tensor repeated 300 times": {
    node: of("Expand", ["x", "s"]),
    input: [1, 4, 1, 10],
    initializer: [ints("s", [1, 1, 300, 1])],
  },
  "a sum of absolute values": { node: of("ReduceL1", ["x"], int("keepdims", 0)), input: map },
  "a root of a sum of squares": {
    node: of("ReduceL2", ["x", "a"]),
    input: map,
    initializer: [ints("a", [-1])],
  },
  "a sum of squares": { node: of("ReduceSumSquare", ["x", "a"]), input: map, initializer: [ints("a", [1, 2])] },
  "a convolution with weights that the file computes": {
    node: [
      { ...of("Reshape", ["w", "s"]), name: "r", output: ["rows"] },
      {
        ...of("BatchNormalization", ["rows", "one", "zero", "zero", "one"], int("training_mode", 1)),
        name: "b",
        output: ["even", "m", "v"],
      },
      { ...of("Reshape", ["even", "t"]), name: "t", output: ["filters"] },
      of("Conv", ["x", "filters"]),
    ],
    input: map,
    initializer: [
      floats("w", [6, 4, 3, 3]),
      floats("one", [6]),
      floats("zero", [6]),
      ints("s", [1, 6, -1]),
      ints("t", [6, 4, 3, 3]),
    ],
  },
  "a position that the file computes": {
    node: [
      { ...of("ConstantOfShape", ["s"]), name: "k", output: ["zeros"] },
      { ...of("ScatterND", ["zeros", "i", "u"]), name: "p", output: ["places"] },
      { ...of("CumSum", ["places", "a"]), name: "c", output: ["sums"] },
      { ...of("Sin", ["sums"]), name: "z", output: ["waves"] },
      of("Add", ["x", "waves"]),
    ],
    input: map,
    initializer: [ints("s", [6, 10]), ints("i", [2], [1, 1]), floats("u", [1, 10]), ints("a", [1], [])],
  },
  "softmax over several axes": { node: of("Softmax", ["x"], int("axis", 1)), input: map, opset: 11 },
  "a convolution of a sequence": {
    node: of("Conv", ["x", "w"], list("pads", 1, 2), list("strides", 2), list("dilations", 2)),
    input: [2, 4, 17],
    initializer: [floats("w", [6, 4, 3])],
  },
  "a convolution of a sequence, padded by itself": {
    node: of("Conv", ["x", "w"], text("auto_pad", "SAME_UPPER"), list("strides", 2), int("group", 2)),
    input: [2, 4, 17],
    initializer: [floats("w", [6, 2, 3])],
  },
  "a transposed convolution of a sequence": {
    node: of("ConvTranspose", ["x", "w"], list("strides", 2), list("output_padding", 1)),
    input: [2, 4, 9],
    initializer: [floats("w", [4, 3, 3])],
  },
  "pools of a sequence": {
    node: [
      {
        ...of("MaxPool", ["x"], list("kernel_shape", 3), list("strides", 2), int("ceil_mode", 1)),
        name: "m",
        output: ["p"],
      },
      of("AveragePool", ["p"], list("kernel_shape", 2), list("pads", 1, 0)),
    ],
    input: [2, 4, 18],
  },
  "a pool of one cell": { node: of("AveragePool", ["x"], list("kernel_shape", 1)), input: [2, 4, 18] },
};

suite("forms of nodes that are several ops", (test) => {
  for (const [title, row] of Object.entries(rows)) {
    test.native(title, async () => {
      const bytes = bytesOf(row);
      const { graph } = readAll(bytes);
      const session = await ort.InferenceSession.create(bytes, silentLog);
      const count = row.input.reduce((a, b) => a * b, 1);
      const { y } = await session.run({ x: new ort.Tensor("float32", new Float32Array(count), [...row.input]) });
      assert.equal(bindShape(graph.types[graph.outputs[0]?.value ?? -1]?.shape ?? [], 1), y?.dims);
    });
  }

  test("work and parameters are those of the layer", () => {
    const sequence = readAll(bytesOf(rows["a convolution of a sequence"] as Row));
    assert.equal([sequence.stats.params.total, sequence.stats.counts.conv?.macs], [72, 2 * 6 * 8 * 12]);
    const gemm = readAll(bytesOf(rows["Gemm with factors"] as Row));
    assert.equal([gemm.stats.params.total, gemm.stats.counts.fvcore?.macs], [15, 24]);
  });

  test("a weight of which another is computed is counted once, in whatever shapes it is read", () => {
    const { stats } = readAll(bytesOf(rows["a convolution with weights that the file computes"] as Row));
    assert.equal([stats.params.total, stats.counts.conv?.macs], [6 * 4 * 9 + 12, 6 * 4 * 8 * 36]);
  });

  test("positions are no parameters, and neither is a blur, which is one filter for all channels", () => {
    const positions = readAll(bytesOf(rows["a position that the file computes"] as Row));
    assert.is(positions.stats.params.total, 0);
    const blurOf = (last: number) => {
      const values = Float32Array.of(1, 2, 1, 2, 4, 2, 1, 2, 1, 1, 2, 1, 2, 4, 2, 1, 2, last);
      const raw_data = new Uint8Array(values.buffer);
      const node = of("Conv", ["x", "w"], int("group", 2));
      return readAll(bytesOf({ node, input: [1, 2, 8, 8], initializer: [weight([2, 1, 3, 3], { raw_data })] })).stats;
    };
    assert.equal([blurOf(1).params.total, blurOf(1).params.buffers, blurOf(1).counts.conv?.macs], [0, 18, 2 * 36 * 9]);
    assert.equal([blurOf(3).params.total, blurOf(3).params.buffers], [18, 0]);
  });

  test("a tensor repeated for each sample of an open batch", () => {
    const { graph, stats } = readAll(
      fileOf(
        [
          { ...of("Shape", ["x"]), name: "s", output: ["sizes"] },
          { ...of("Slice", ["sizes", "from", "to"]), name: "c", output: ["count"] },
          { ...of("Concat", ["count", "rest"], int("axis", 0)), name: "t", output: ["target"] },
          { ...of("Expand", ["token", "target"]), name: "e", output: ["tokens"] },
          of("Concat", ["tokens", "x"], int("axis", 1)),
        ],
        {
          input: ["N", 5, 8],
          initializer: [floats("token", [1, 1, 8]), ints("from", [0]), ints("to", [1]), ints("rest", [1, 1])],
        },
      ),
    );
    assert.equal(graph.types[graph.outputs[0]?.value ?? -1]?.shape, [{ batch: 1 }, 6, 8]);
    assert.is(stats.params.total, 8);
  });

  test("what is not counted is said, and as what it is: a limit of lferc", () => {
    const reshape: Row = {
      node: of("Reshape", ["x", "s"]),
      input: map,
      initializer: [ints("s", new Array<number>(70_000).fill(1))],
    };
    assert.match(refusal(bytesOf(reshape)), 'its input "s" has 70000 numbers, of which lferc reads at most 65536');
    const expand = (size: number): Row => ({
      node: of("Expand", ["x", "s"]),
      input: [1, 4],
      initializer: [ints("s", [size, 4])],
    });
    for (const size of [-1, 0]) assert.match(refusal(bytesOf(expand(size))), `it makes ${size} of 1 along axis 0`);
    assert.match(refusal(bytesOf(sliced([9], [-99], [3], [-1]))), "in reverse order");
    const round: Row = { node: of("Round", ["x"]), input: map };
    assert.match(refusal(bytesOf(round)), "lferc computes it only from constants and shapes");
    const outside: Row = { node: of("Gather", ["x", "i"], int("axis", 3)), input: map, initializer: [ints("i", [10])] };
    assert.match(refusal(bytesOf(outside)), "its indices exceed 10 cells");
  });
});

suite("files that are counted with a warning", (test) => {
  test("a fixed batch: the figures are for all of its samples", () => {
    const file = (input: (number | string)[]) =>
      fileOf([convolution], { input: input as never, initializer: [weight([4, 4, 3, 3])] });
    const [one, eight] = [readAll(file([1, 4, 8, 8])), readAll(file([8, 4, 8, 8]))];
    assert.equal(one.warnings, []);
    assert.equal(eight.warnings, ['x.onnx: the input "x" is a batch of 8: figures are for all 8 samples']);
    assert.is(eight.stats.counts.conv?.macs, 8 * (one.stats.counts.conv?.macs ?? 0));
    assert.is(eight.stats.params.total, one.stats.params.total);
  });

  test("float16, bfloat16 and float64 count as the same network in float32", () => {
    const wanted = readAll(fileOf([convolution], { initializer: [weight([4, 4, 3, 3])] })).stats;
    for (const [type, name, bytes] of [
      [10, "float16", 2],
      [16, "bfloat16", 2],
      [11, "float64", 8],
    ] as const) {
      const raw_data = new Uint8Array(4 * 4 * 9 * bytes);
      const initializer = [weight([4, 4, 3, 3], { data_type: type, raw_data })];
      const { stats, warnings } = readAll(fileOf([convolution], { type, initializer }));
      assert.equal(warnings, [`x.onnx has ${name} numbers; it is counted as the same network in float32`]);
      assert.equal([stats.params.total, stats.counts], [wanted.params.total, wanted.counts]);
    }
  });

  test("numbers of these types are read as they are", () => {
    const bound = (data_type: number, raw_data: Uint8Array): Uint8Array =>
      fileOf([of("Clip", ["x", "low", "high"])], {
        type: data_type,
        initializer: [
          weight([], { name: "low", data_type, raw_data: new Uint8Array(raw_data.length) }),
          weight([], { name: "high", data_type, raw_data }),
        ],
      });
    // 6 in each type: Clip from 0 to 6 is relu6.
    for (const [type, raw] of [
      [10, [0x00, 0x46]],
      [16, [0xc0, 0x40]],
      [11, [0, 0, 0, 0, 0, 0, 0x18, 0x40]],
    ] as const) {
      const { graph } = readAll(bound(type, Uint8Array.from(raw)));
      assert.equal(
        graph.nodes.map(({ op }) => op),
        ["relu6"],
        String(type),
      );
    }
  });

  test("a quantised network (QDQ) counts as the one that was quantised; scales are no parameters", () => {
    const int8 = (name: string, dims: readonly number[], data_type = 3): TensorProto => {
      const count = dims.reduce((a, b) => a * b, 1);
      return weight(dims, { name, data_type, raw_data: new Uint8Array(count * (data_type === 6 ? 4 : 1)) });
    };
    const round = (from: string, to: string, zero = "z"): readonly NodeProto[] => [
      { op_type: "QuantizeLinear", input: [from, "s", zero], output: [`${to}_q`] },
      { op_type: "DequantizeLinear", input: [`${to}_q`, "s", zero], output: [to] },
    ];
    const node: readonly NodeProto[] = [
      ...round("x", "a"),
      { op_type: "DequantizeLinear", input: ["w8", "s", "z"], output: ["w"] },
      { op_type: "DequantizeLinear", input: ["b32", "s"], output: ["b"] },
      { op_type: "Conv", name: "c", input: ["a", "w", "b"], output: ["c"] },
      // SiLU is one layer across its rounding.
      ...round("c", "d"),
      { op_type: "Sigmoid", input: ["d"], output: ["g"] },
      { op_type: "Mul", input: ["d", "g"], output: ["m"] },
      ...round("m", "y"),
    ];
    const initializer = [int8("w8", [6, 4, 3, 3]), int8("b32", [6], 6), floats("s", []), int8("z", [])];
    const { graph, stats, warnings } = readAll(fileOf(node, { initializer }));
    assert.equal(
      graph.nodes.map(({ op }) => op),
      ["conv2d", "silu"],
    );
    assert.equal([stats.params.total, stats.counts.conv?.macs], [6 * 36 + 6, 36 * 6 * 36]);
    assert.equal(warnings, ["x.onnx has quantised numbers; it is counted as the same network in float32"]);
  });
});

suite("sizes that a file computes", (test) => {
  const exported = (name: string): Uint8Array =>
    readFileSync(fileURLToPath(new URL(`exported/${name}.onnx`, import.meta.url)));

  test("both of PyTorch's exporters: paddings, slices with steps, cells to channels and back, a sequence", () => {
    for (const name of ["edges.torchscript", "edges.dynamo"]) {
      const { stats, graph } = readAll(exported(name));
      const logits = graph.types[graph.outputs[0]?.value ?? -1]?.shape ?? [];
      assert.equal(bindShape(logits, 1), [1, 3], name);
      // Printed by export.py: the parameters of the module.
      assert.is(stats.params.total, 2227, name);
      // 12 to 8 channels on 16x16, 8 to 16 on 9x10, 16 to 4 on 25 cells, 4 to 3 features.
      const macs = 8 * 12 * 9 * 256 + 16 * 8 * 9 * 90 + 4 * 16 * 3 * 25 + 12;
      const layers = stats.layers.filter(({ op }) => op === "conv2d" || op === "linear");
      assert.is(
        layers.reduce((sum, { counts }) => sum + (counts.fvcore?.macs ?? 0), 0),
        macs,
        name,
      );
    }
  });

  const computing = (
    target: string,
    node: readonly NodeProto[],
    initializer: readonly TensorProto[],
  ): readonly number[] => {
    const reshape: NodeProto = { op_type: "Reshape", name: "r", input: ["x", target], output: ["y"] };
    const { graph } = readAll(fileOf([...node, reshape], { input: [1, 4, 6, 10] as never, initializer }));
    return bindShape(graph.types[graph.outputs[0]?.value ?? -1]?.shape ?? [], 1);
  };
  const made = (op_type: string, input: string[], output: string, ...attribute: onnx.AttributeProto.$Properties[]) => ({
    op_type,
    input,
    output: [output],
    attribute,
  });

  test("tables of sizes turned, cut with steps backwards, and joined, as TorchScript writes paddings", () => {
    const table = ints("t", [10, 6, 4, 1], [2, 2]);
    const bounds = [ints("from", [-1]), ints("to", [-9]), ints("axis", [0]), ints("step", [-1])];
    const target = ints("flat", [-1]);
    const nodes = [
      made("Slice", ["t", "from", "to", "axis", "step"], "turned"),
      made("Transpose", ["turned"], "across"),
      made("Reshape", ["across", "flat"], "sizes"),
    ];
    // [[10, 6], [4, 1]] upside down is [[4, 1], [10, 6]], and its columns [4, 10, 1, 6].
    assert.equal(computing("sizes", nodes, [table, ...bounds, target]), [4, 10, 1, 6]);
  });

  test("comparisons, remainders and choices", () => {
    const nodes = [
      made("Shape", ["x"], "shape"),
      made("Mod", ["shape", "four"], "rest"),
      made("Equal", ["rest", "zero"], "is"),
      made("Where", ["is", "shape", "six"], "chosen"),
      // [1, 4, 6, 10]: only 4 is a multiple of 4.
      made("ReduceProd", ["chosen"], "all", int("keepdims", 1)),
      made("Div", ["all", "all"], "one"),
      made("Concat", ["chosen", "one"], "joined", int("axis", 0)),
      made("Max", ["joined", "one"], "most"),
      made("Gather", ["most", "places"], "sizes", int("axis", 0)),
    ];
    const numbers = [ints("four", [4]), ints("zero", [0]), ints("six", [6]), ints("places", [1, 4, 4, 0])];
    const reshape = [...nodes, made("Sub", ["sizes", "less"], "target")];
    // 4, 1, 1, 6, and -1 for what is left.
    assert.equal(computing("target", reshape, [...numbers, ints("less", [0, 0, 0, 7])]), [4, 1, 1, 60]);
  });

  test("trained weights are not folded away: what is joined or added stays a parameter", () => {
    const bytes = fileOf([made("Concat", ["w", "v"], "both", int("axis", 0)), made("Mul", ["x", "both"], "y")], {
      input: [1, 2, 5, 4] as never,
      initializer: [floats("w", [3, 4]), floats("v", [2, 4])],
    });
    assert.is(readAll(bytes).stats.params.total, 20);
  });
});
