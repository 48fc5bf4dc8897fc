import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import { type Stats, statsOf } from "../../../src/analysis/stats.js";
import { type Diagnostic, isProblem } from "../../../src/diagnostics/diagnostic.js";
import type { Graph } from "../../../src/ir/graph.js";
import { bindShape, elementCount } from "../../../src/ir/shape.js";
import { isLayerOp } from "../../../src/ops/registry.js";
import { randomStream } from "../../../src/random/stream.js";
import { emitOnnx } from "../../../src/targets/onnx/emit.js";
import { onnx } from "../../../src/targets/onnx/generated/onnx.js";
import { readOnnxModel } from "../../../src/targets/onnx/read/read-model.js";
import { cases } from "../../ops/cases.js";
import { singleOpGraph } from "../../ops/single-op.js";
import { growthOf } from "../../support/growth.js";
import { suite } from "../../support/suite.js";
import { compile } from "../../support/tester.js";
import { convolution, fileOf, type NodeProto, weight } from "./hand-made.js";
import { miniShuffleNet } from "./networks.js";

const read = (bytes: Uint8Array, sizes: Readonly<Record<string, string>> = {}): Graph | Diagnostic => {
  const found = readOnnxModel({ bytes, path: "x.onnx", name: "x", sizes: new Map(Object.entries(sizes)) });
  return isProblem(found) ? found.diagnose({}) : found;
};

const isGraph = (found: Graph | Diagnostic): found is Graph => "nodes" in found;

function graphOf(bytes: Uint8Array, sizes?: Readonly<Record<string, string>>): Graph {
  const found = read(bytes, sizes);
  if (!isGraph(found)) throw new Error(found.message);
  return found;
}

const refusal = (bytes: Uint8Array): string => {
  const found = read(bytes);
  return isGraph(found) ? "read" : `${found.code}: ${found.message}`;
};

function count(graph: Graph): Stats {
  const stats = statsOf(graph);
  if (isProblem(stats)) throw new Error(stats.diagnose({}).message);
  return stats;
}

function emit(graph: Graph, opset: number): Uint8Array {
  const weights = graph.slots.map(({ name, value }) => {
    const shape = bindShape(graph.types[value]?.shape ?? [], 1);
    return [name, new Float32Array(elementCount(shape))] as const;
  });
  return emitOnnx({ graph, weights: new Map(weights) }, { opset, producerVersion: "1.2.3" });
}

/** All totals that do not depend on names. */
const totals = (graph: Graph) => {
  const { inputs, params, counts, memory, receptiveField } = count(graph);
  const { paramBytes, peakActivationBytes, inPlacePeakActivationBytes } = memory;
  return {
    inputs,
    params,
    counts,
    paramBytes,
    peakActivationBytes,
    inPlacePeakActivationBytes,
    field: receptiveField.size,
  };
};

/** Ops without an ONNX node, which a file expresses by several nodes that are counted separately, or as an unknown one. */
const spelledOut = new Set([
  "avg_pool: hanging over, padding counted",
  "adaptive_avg_pool: bins that fit",
  "adaptive_avg_pool: bins that overlap",
  "adaptive_avg_pool: more bins than cells",
  "adaptive_max_pool: bins that fit",
  "adaptive_max_pool: bins that overlap",
  "local_response_norm: even",
]);

const isSpelledOut = (op: string, title: string): boolean =>
  spelledOut.has(`${op}: ${title}`) ||
  op === "log_softmax" ||
  op === "log_not_softmax" ||
  // Nothing but a constant number in the file.
  op === "constant" ||
  // To sizes that are not multiples, by matrix products.
  (op === "resize" && /one row|smaller|aligned/.test(title));

suite("reading files that lferc wrote", (test) => {
  for (const opset of [13, 20]) {
    test(`opset ${opset}: every op that has a node, or a form of its own, counts as before`, () => {
      const rows = cases.filter(({ op }) => isLayerOp(op));
      const different = rows.filter((row) => {
        const graph = singleOpGraph(row);
        const found = read(emit(graph, opset));
        return !isGraph(found) || JSON.stringify(totals(found)) !== JSON.stringify(totals(graph));
      });
      const expected = rows.filter(({ op, title }) => isSpelledOut(op, title));
      assert.equal(
        different.map(({ op, title }) => `${op}: ${title}`),
        expected.map(({ op, title }) => `${op}: ${title}`),
      );
    });
  }

  test("a network: same figures, layers at the same paths, by node what it was", () => {
    const graph = miniShuffleNet();
    const again = graphOf(emit(graph, 18));
    assert.equal(totals(again), totals(graph));
    assert.equal(
      again.nodes.map(({ path, op }) => `${path} ${op}`),
      graph.nodes.map(({ path, op }) => `${path} ${op}`),
    );
  });
});

const exported = (name: string): Uint8Array =>
  readFileSync(fileURLToPath(new URL(`exported/${name}.onnx`, import.meta.url)));

/** The network of exported/export.py in lfer. */
const small = `lfer 1

block SqueezeExcite(inner: int) on x {
  gate = x -> mean(axes: [2, 3], keep: true) -> conv(inner, kernel: 1, bias: true) -> relu
         -> conv(channels(x), kernel: 1, bias: true) -> hard_sigmoid
  return x * gate
}

block Shuffle(half: int) on x {
  kept = x -> slice(axis: 1, from: 0, to: half)
  turned = x -> slice(axis: 1, from: half, to: 2 * half)
  y = turned -> conv(half, kernel: 1) -> batch_norm -> relu -> depthwise -> batch_norm
  return concat(kept, y) -> channel_shuffle(2)
}

block Mix on tokens {
  weight scale: float32[16] = fill(0.1)
  mixed = tokens -> linear(32) -> gelu -> linear(16)
  return tokens + scale * mixed
}

model Small(attention: bool = true) {
  input image: float32[N, 3, 33, 33]
  stem = image -> conv(8, stride: 2) -> batch_norm -> hard_swish -> max_pool(3, stride: 2, padding: 0, ceil_mode: true)
  unit = stem -> SqueezeExcite(4) -> Shuffle(4) -> conv(16, kernel: 1) -> batch_norm -> silu
  down = unit -> upsample -> conv(16, kernel: 2, stride: 2, bias: true) -> mish -> group_norm(4)
  tokens = down -> reshape([N, 16, 64]) -> transpose([0, 2, 1]) -> layer_norm -> Mix
  map = if attention then tokens -> transpose([0, 2, 1]) -> reshape([N, 16, 8, 8]) else down
  logits = map -> global_avg_pool -> flatten -> linear(5)
  output logits
}
`;

async function smallGraph(attention: boolean): Promise<Graph> {
  const text = small
    .replace('import { Unit } from "std/shufflenet"\n\n', "")
    .replace("bool = true", `bool = ${attention}`);
  const { models, diagnostics } = await compile(text);
  const [model] = models;
  if (model === undefined) throw new Error(diagnostics.map(({ message }) => message).join("\n"));
  return model.graph;
}

suite("reading files that PyTorch wrote", (test) => {
  test("TorchScript's exporter with its batch norms kept: every figure of every counter", async () => {
    assert.equal(totals(graphOf(exported("small.torchscript-norms"))), { ...totals(await smallGraph(true)) });
  });

  test("with batch norms folded: the multiplications are the same, the norms gone, biases come", async () => {
    const source = count(await smallGraph(true));
    for (const name of ["small.torchscript", "small.dynamo"]) {
      const { params, counts } = count(graphOf(exported(name)));
      assert.is(counts.conv?.macs, source.counts.conv?.macs, name);
      assert.is(params.byOp.batch_norm, undefined);
      assert.is(params.buffers, 0);
      // A norm has two numbers for each channel, a bias one.
      assert.is(params.total, source.params.total - (source.params.byOp.batch_norm ?? 0) / 2, name);
    }
  });

  test("paths are those of the modules, in both exporters' names", () => {
    const paths = (name: string) => graphOf(exported(name)).nodes.map(({ path }) => path);
    assert.ok(paths("small.torchscript").includes("gate.reduce.Conv"));
    assert.ok(paths("small.dynamo").includes("gate.reduce.conv2d_1"));
  });

  test("open sizes are said by --set, and computed shapes follow from them", async () => {
    const open = exported("open.torchscript");
    assert.match(
      refusal(open),
      /^onnx\/open-size: x\.onnx: axis 2 of the input "image" has no size, only the name "height"/,
    );
    const sized = totals(graphOf(open, { height: "33", width: "33" }));
    assert.is(sized.counts.conv?.macs, totals(await smallGraph(false)).counts.conv?.macs);
    const found = read(open, { height: "33", width: "33", depth: "1" });
    assert.is(isGraph(found) ? "read" : found.code, "resolve/unknown-setting");
  });
});

suite("files that cannot be counted", (test) => {
  test("ops that nobody counts are named, all of them", () => {
    const bytes = fileOf([
      { op_type: "NonMaxSuppression", name: "nms", input: ["x"], output: ["a"] },
      { op_type: "Attention", domain: "com.microsoft", input: ["a"], output: ["b"] },
      { op_type: "NonMaxSuppression", input: ["b"], output: ["c"] },
      // The names that readers give to combined nodes are not ops of ONNX.
      { op_type: "lfer.HardSigmoid", name: "h", input: ["c"], output: ["y"] },
    ]);
    assert.is(
      refusal(bytes),
      'onnx/unknown-ops: x.onnx has 3 ops that lferc does not count: NonMaxSuppression (2 times, first at "nms"), com.microsoft::Attention (at "b"), lfer.HardSigmoid (at "h")',
    );
  });

  test("a known op in a form that nobody counts is told with its reason, never a zero", () => {
    const attribute = (name: string, ints: number[]) => ({ name, ints, type: 7 });
    const rows: readonly (readonly [string, Uint8Array])[] = [
      ["goes over 3 axes", fileOf([convolution], { input: ["N", 4, 8, 8, 8], initializer: [weight([4, 4, 3, 3, 3])] })],
      ["for 8 channels, and it gets 4", fileOf([convolution], { initializer: [weight([4, 8, 3, 3])] })],
      ["weight is another one for each sample", fileOf([{ ...convolution, input: ["x", "x"] }])],
      [
        "from 1",
        fileOf([{ ...convolution, attribute: [attribute("strides", [0, 1])] }], {
          initializer: [weight([4, 4, 3, 3])],
        }),
      ],
      [
        "another kernel",
        fileOf([{ ...convolution, attribute: [attribute("kernel_shape", [9, 9])] }], {
          initializer: [weight([4, 4, 3, 3])],
        }),
      ],
      ['reads "z", which nothing', fileOf([{ op_type: "Relu", input: ["z"], output: ["y"] }])],
      [
        "it gives 2 results",
        fileOf([
          { op_type: "Dropout", input: ["x"], output: ["d", "mask"] },
          { op_type: "Relu", input: ["mask"], output: ["y"] },
        ]),
      ],
      ["no node makes its output", fileOf([{ op_type: "Relu", input: ["x"], output: ["q"] }])],
      ["impossible shape", fileOf([convolution], { initializer: [weight([2 ** 40, 2 ** 40, 3, 3])] })],
      [
        "training mode",
        fileOf(
          [
            {
              op_type: "BatchNormalization",
              input: ["x", "w", "w", "w", "w"],
              output: ["y"],
              attribute: [{ name: "training_mode", i: 1, type: 2 }],
            },
          ],
          { initializer: [weight([4])] },
        ),
      ],
      ["is not a tensor", onnx.ModelProto.encode({ graph: { input: [{ name: "x" }], node: [convolution] } }).finish()],
      ["holds no nodes", onnx.ModelProto.encode({ ir_version: 8 }).finish()],
      ["is int64", fileOf([convolution], { type: 7, initializer: [weight([4, 4, 3, 3])] })],
      ["is empty", fileOf([convolution], { input: [0, 4, 8, 8], initializer: [weight([4, 4, 3, 3])] })],
      [
        "not in the file",
        fileOf([{ op_type: "Reshape", input: ["x", "w"], output: ["y"] }], {
          initializer: [weight([2], { data_type: 7, data_location: 1 })],
        }),
      ],
    ];
    for (const [reason, bytes] of rows) assert.ok(refusal(bytes).includes(reason), `${reason}: ${refusal(bytes)}`);
  });

  test("weights in another file are only measured, so the file counts without them", () => {
    const external = weight([6, 4, 3, 3], {
      data_location: 1,
      external_data: [{ key: "location", value: "../../etc/passwd" }],
    });
    assert.is(count(graphOf(fileOf([convolution], { initializer: [external] }))).params.total, 216);
  });

  test("names out of a file are lines of text in the end, whatever they hold", () => {
    const hostile = { op_type: "Relu", name: "a\u001b[31m\n/b", input: ["x"], output: ["y"] };
    assert.is(graphOf(fileOf([hostile])).nodes[0]?.path, "a␛[31m .b");
  });

  test("results that nobody reads are no matter", () => {
    assert.is(graphOf(fileOf([{ op_type: "Dropout", input: ["x"], output: ["y", "mask"] }])).nodes.length, 1);
  });

  test("one weight under two names counts twice, as PyTorch writes equal weights; used twice, once", () => {
    const twice = [convolution, { ...convolution, name: "d", input: ["y", "w"], output: ["z"] }];
    const renamed: NodeProto = { op_type: "Identity", input: ["w"], output: ["v"] };
    const other = { ...convolution, name: "d", input: ["y", "v"], output: ["z"] };
    const initializer = [weight([4, 4, 3, 3])];
    assert.is(count(graphOf(fileOf(twice, { initializer }))).params.total, 144);
    assert.is(count(graphOf(fileOf([convolution, renamed, other], { initializer }))).params.total, 288);
  });

  test("lists that double from node to node, and axes without end, are refused before they fill the memory", () => {
    const doubling = Array.from({ length: 60 }, (_, i): NodeProto => {
      const last = i === 0 ? "w" : `l${i}`;
      return {
        op_type: "Concat",
        input: [last, last],
        output: [`l${i + 1}`],
        attribute: [{ name: "axis", i: 0, type: 2 }],
      };
    });
    const list = weight([2], { data_type: 7, int64_data: [1, 1] });
    const reshape: NodeProto = { op_type: "Reshape", name: "r", input: ["x", "l10"], output: ["y"] };
    assert.match(
      refusal(fileOf([...doubling, reshape], { initializer: [list] })),
      /^onnx\/(unreadable-node|not-a-model): /,
    );
    assert.match(
      refusal(fileOf([...doubling.slice(0, 10), reshape], { initializer: [list] })),
      /^onnx\/unreadable-node: /,
    );
  });

  test("a Constant may hold a tensor, a number or numbers, and nothing else", () => {
    const tensor = weight([1, 4, 1, 1], { float_data: [1, 2, 3, 4] });
    const held = (attribute: object): Uint8Array =>
      fileOf([
        { op_type: "Constant", name: "k", output: ["k"], attribute: [attribute] },
        { op_type: "Mul", name: "m", input: ["x", "k"], output: ["y"] },
      ]);
    for (const attribute of [
      { name: "value", type: 4, t: tensor },
      { name: "value_float", type: 1, f: 0.5 },
      { name: "value_floats", type: 6, floats: [1, 2, 3, 4, 5, 6, 7, 8] },
    ]) {
      assert.equal(
        graphOf(held(attribute)).nodes.map(({ op }) => op),
        ["constant", "mul"],
        attribute.name,
      );
    }
    const axes = (attribute: object): Uint8Array =>
      fileOf([
        { op_type: "Constant", name: "k", output: ["k"], attribute: [attribute] },
        { op_type: "ReduceMean", name: "m", input: ["x", "k"], output: ["y"] },
      ]);
    for (const attribute of [
      { name: "value_int", type: 2, i: 1 },
      { name: "value_ints", type: 7, ints: [1, 2] },
    ]) {
      assert.equal(
        graphOf(axes(attribute)).nodes.map(({ op }) => op),
        ["reduce_mean"],
        attribute.name,
      );
    }
    assert.match(
      refusal(held({ name: "value_float", type: 2, i: 1 })),
      /its attribute "value_float" is an int, not a float/,
    );
    assert.match(refusal(held({ name: "value_string", type: 3 })), /it holds neither a tensor nor numbers/);
  });

  test("lists that a file makes long itself are not copied from node to node, nor axes put in one by one", () => {
    const many = new Array<number>(200_000).fill(0);
    const list: NodeProto = {
      op_type: "Constant",
      output: ["l0"],
      attribute: [{ name: "value_ints", ints: many, type: 7 }],
    };
    const readAll = (nodes: number): void => {
      const sums = Array.from(
        { length: nodes },
        (_, i): NodeProto => ({ op_type: "Add", input: [`l${i}`, `l${i}`], output: [`l${i + 1}`] }),
      );
      const reshape: NodeProto = { op_type: "Reshape", name: "r", input: ["x", `l${nodes}`], output: ["y"] };
      assert.match(refusal(fileOf([list, ...sums, reshape])), /^onnx\/unreadable-node: /);
    };
    // The list is read once, which takes longest; copied by each node, it took 64 times as long, and gigabytes.
    assert.ok(growthOf(readAll, { small: 10, factor: 64 }) < 16);
    const axes = [{ name: "axes", ints: many, type: 7 }];
    const unsqueeze: NodeProto = { op_type: "Unsqueeze", name: "u", input: ["x"], output: ["y"], attribute: axes };
    assert.match(refusal(fileOf([unsqueeze])), /adds 200000 axes/);
    const long = weight(many.map(() => 1));
    assert.match(refusal(fileOf([convolution], { initializer: [long] })), /has 200000 axes/);
  });

  test("damaged bytes end in a diagnostic or a graph, never in a throw", () => {
    const bytes = exported("small.torchscript-norms");
    for (let end = 0; end < bytes.length; end += 397) assert.not.throws(() => read(bytes.subarray(0, end)));
    const random = randomStream(11, "damage");
    for (let round = 0; round < 80; round++) {
      const damaged = Uint8Array.from(bytes);
      for (let i = 0; i < 4; i++)
        damaged[Math.floor(random.uniform() * bytes.length)] = Math.floor(random.uniform() * 256);
      const found = read(damaged);
      if (isGraph(found)) assert.not.throws(() => statsOf(found));
    }
  });
});
