/** A reader of ONNX nodes must not ignore what it does not read: a file with more than that gets no counts. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import { isProblem } from "../../../src/diagnostics/diagnostic.js";
import { bindShape, elementCount } from "../../../src/ir/shape.js";
import { isLayerOp } from "../../../src/ops/registry.js";
import { emitOnnx } from "../../../src/targets/onnx/emit.js";
import { onnx } from "../../../src/targets/onnx/generated/onnx.js";
import { readOnnxModel } from "../../../src/targets/onnx/read/read-model.js";
import { silentLog } from "../../../src/targets/onnx/session-log.js";
import { cases } from "../../ops/cases.js";
import { singleOpGraph } from "../../ops/single-op.js";
import { ort } from "../../support/onnx-runtime.js";
import { suite } from "../../support/suite.js";
import { fileOf, type NodeProto, weight } from "./hand-made.js";

type Model = onnx.ModelProto.$Properties;

const read = (bytes: Uint8Array) => readOnnxModel({ bytes, path: "x.onnx", name: "x", sizes: new Map() });

const refusal = (bytes: Uint8Array): string => {
  const found = read(bytes);
  return isProblem(found) ? found.diagnose({}).message : "read";
};

/** Files that are read: every op of the truth table that a file can contain, and networks as PyTorch exports them. */
function* readableFiles(): Generator<readonly [name: string, bytes: Uint8Array]> {
  for (const opset of [13, 20]) {
    for (const row of cases.filter(({ op }) => isLayerOp(op))) {
      const graph = singleOpGraph(row);
      const weights = graph.slots.map(({ name, value }) => {
        const shape = bindShape(graph.types[value]?.shape ?? [], 1);
        return [name, new Float32Array(elementCount(shape))] as const;
      });
      const bytes = emitOnnx({ graph, weights: new Map(weights) }, { opset, producerVersion: "1.2.3" });
      if (!isProblem(read(bytes))) yield [`${row.op}: ${row.title}, opset ${opset}`, bytes];
    }
  }
  for (const name of ["small.dynamo", "small.torchscript-norms", "small.torchscript"]) {
    yield [name, readFileSync(fileURLToPath(new URL(`exported/${name}.onnx`, import.meta.url)))];
  }
}

/** Each node of the file with one change, one at a time. */
function* changed(bytes: Uint8Array, change: (node: NodeProto) => readonly NodeProto[]) {
  const model: Model = onnx.ModelProto.decode(bytes);
  const nodes = model.graph?.node ?? [];
  for (const [i, node] of nodes.entries()) {
    for (const other of change(node)) {
      const graph = { ...model.graph, node: nodes.map((each, j) => (i === j ? other : each)) };
      yield [node.op_type, onnx.ModelProto.encode({ ...model, graph }).finish()] as const;
    }
  }
}

function acceptedAll(change: (node: NodeProto) => readonly NodeProto[]): readonly string[] {
  const accepted = new Set<string>();
  let tried = 0;
  for (const [, bytes] of readableFiles()) {
    for (const [opType, other] of changed(bytes, change)) {
      tried++;
      if (!isProblem(read(other))) accepted.add(opType ?? "");
    }
  }
  assert.ok(tried > 300, `${tried} nodes were changed`);
  return [...accepted].sort();
}

suite("what a reader does not look at", (test) => {
  test("an attribute that nobody reads refuses the file, whatever the op", () => {
    const surprise = { name: "surprise", i: 1, type: 2 };
    assert.equal(
      acceptedAll((node) => [{ ...node, attribute: [...(node.attribute ?? []), surprise] }]),
      [],
    );
  });

  test("an attribute that is there twice refuses the file", () => {
    assert.equal(
      acceptedAll((node) =>
        (node.attribute ?? []).map((each) => ({ ...node, attribute: [...(node.attribute ?? []), { ...each }] })),
      ),
      [],
    );
  });

  test("an attribute of another type than the op has refuses the file, not read as 0", () => {
    const text = (each: onnx.AttributeProto.$Properties) => ({
      name: each.name ?? "",
      s: new Uint8Array([49]),
      type: 3,
    });
    // These change neither a shape nor what the layer computes, so they are ignored.
    const passedOver = [
      ...["auto_pad", "mode", "coordinate_transformation_mode", "approximate", "nearest_mode"],
      ...["cubic_coeff_a", "seed", "stash_type", "storage_order", "exclude_outside", "extrapolation_value"],
    ];
    const change = (node: NodeProto): readonly NodeProto[] => {
      const all = node.attribute ?? [];
      const others = all.filter(({ name }) => !passedOver.includes(name ?? ""));
      return others.map((each) => ({ ...node, attribute: all.map((own) => (own === each ? text(each) : own)) }));
    };
    assert.equal(acceptedAll(change), []);
  });

  test("an input that nobody reads refuses the file; only ops of any number take it", () => {
    const more = (node: NodeProto): readonly NodeProto[] => {
      const given = node.input ?? [];
      const [first = ""] = given;
      return first === "" ? [] : [{ ...node, input: [...given, "", "", "", "", "", "", first] }];
    };
    const accepted = acceptedAll(more);
    assert.equal(
      accepted.filter((opType) => !["Concat", "Max", "Min", "Sum"].includes(opType)),
      [],
    );
  });

  test("a value of a known attribute that lferc has no rule for is named", () => {
    const int = (name: string, i: number) => ({ name, i, type: 2 });
    const float = (name: string, f: number) => ({ name, f, type: 1 });
    const text = (name: string, s: string) => ({ name, s: new TextEncoder().encode(s), type: 3 });
    const one = (op_type: string, attribute: onnx.AttributeProto.$Properties[], input = ["x"]): Uint8Array =>
      fileOf([{ op_type, name: "n", input, output: ["y"], attribute }], {
        initializer: [{ ...weight([], { data_type: 9, int32_data: [1] }), name: "true" }],
      });
    const rows: readonly (readonly [reason: string, bytes: Uint8Array])[] = [
      ["approximated by", one("Gelu", [text("approximate", "fast")])],
      ["its constants are 1 and", one("Selu", [float("alpha", 1)])],
      ["sigmoid(2 x)", one("Swish", [float("alpha", 2)])],
      ["training mode", one("Dropout", [], ["x", "", "true"])],
      [
        "only one of them can hold",
        one("MaxPool", [
          text("auto_pad", "SAME_UPPER"),
          { name: "kernel_shape", ints: [2, 2], type: 7 },
          { name: "pads", ints: [1, 1, 1, 1], type: 7 },
        ]),
      ],
      [
        "it should give 3 parts",
        fileOf([
          { op_type: "Split", input: ["x"], output: ["y", "z"], attribute: [int("axis", 1), int("num_outputs", 3)] },
        ]),
      ],
      ['attribute "stash"', one("Relu", [int("stash", 0)])],
    ];
    for (const [reason, bytes] of rows) assert.ok(refusal(bytes).includes(reason), `${reason}: ${refusal(bytes)}`);
  });

  test("weights, bounds and axes that do not fit are refused, as ONNX Runtime refuses them", () => {
    const list = (name: string, values: readonly number[]) => ({
      ...weight([values.length], { data_type: 7, int64_data: [...values] }),
      name,
    });
    const named = (name: string, dims: readonly number[]) => ({ ...weight(dims), name });
    const one = (
      op_type: string,
      input: string[],
      initializer: ReturnType<typeof weight>[],
      attribute: object[] = [],
    ) => fileOf([{ op_type, name: "n", input, output: ["y"], attribute }], { initializer });
    const kernel = weight([6, 4, 3, 3]);
    const rows: readonly (readonly [reason: string, bytes: Uint8Array])[] = [
      ["a weight does not have the expected size", one("Conv", ["x", "w", "b"], [kernel, named("b", [9])])],
      ["has 8 bytes of data for 216 numbers", one("Conv", ["x", "w"], [{ ...kernel, raw_data: new Uint8Array(8) }])],
      ["has 3 numbers where its shape has 216", one("Conv", ["x", "w"], [{ ...kernel, float_data: [1, 2, 3] }])],
      ["its axes are 9, of 5", one("Unsqueeze", ["x", "w"], [list("w", [9])])],
      ["its axes are 0, 0, of 6", one("Unsqueeze", ["x", "w"], [list("w", [0, 0])])],
      ["it removes axes 1", one("Squeeze", ["x", "w"], [list("w", [1])])],
      ["its axis is 5, of 4", one("Flatten", ["x"], [], [{ name: "axis", i: 5, type: 2 }])],
      ["its axis is -5, of 4", one("Flatten", ["x"], [], [{ name: "axis", i: -5, type: 2 }])],
      ["its bound has 2 numbers", one("Clip", ["x", "w"], [{ ...weight([2]), float_data: [0, 1] }])],
      ["is not one for each channel", one("PRelu", ["x", "w"], [weight([8])])],
      ["is not one for each channel", one("PRelu", ["x", "w"], [weight([4, 8, 1])])],
    ];
    for (const [reason, bytes] of rows) assert.ok(refusal(bytes).includes(reason), `${reason}: ${refusal(bytes)}`);
    assert.is(refusal(one("PRelu", ["x", "w"], [weight([4, 1, 1])])), "read");
  });

  test("a gate with ONNX's own slope of 0.2 is no hard swish", () => {
    const gate = (attribute: onnx.AttributeProto.$Properties[]): Uint8Array =>
      fileOf([
        { op_type: "HardSigmoid", input: ["x"], output: ["g"], attribute },
        { op_type: "Mul", input: ["x", "g"], output: ["y"] },
      ]);
    assert.match(refusal(gate([])), /its slope is 0.2/);
    assert.is(refusal(gate([{ name: "alpha", f: 1 / 6, type: 1 }])), "read");
  });
});

suite("what a file is as a whole", (test) => {
  const relu = (input: string, output: string): NodeProto => ({ op_type: "Relu", input: [input], output: [output] });
  const withOpsets = (...versions: readonly (readonly [domain: string, version: number])[]): Uint8Array => {
    const model: Model = onnx.ModelProto.decode(fileOf([relu("x", "y")]));
    const opset_import = versions.map(([domain, version]) => ({ domain, version }));
    return onnx.ModelProto.encode({ ...model, opset_import }).finish();
  };

  test("an opset that ONNX does not have, or two of them, is no file to count", () => {
    for (const version of [999, -5, 0, 29]) assert.match(refusal(withOpsets(["", version])), /opsets 1 to 28/);
    assert.match(refusal(withOpsets(["", 18], ["ai.onnx", 13])), /of opset 18 and of opset 13/);
    assert.is(refusal(withOpsets(["", 18], ["ai.onnx", 18], ["com.microsoft", 1])), "read");
    assert.match(refusal(withOpsets(["ai.onnx.ml", 3])), /does not say of which opset/);
  });

  test("a name that is made twice is said, wherever it is made", () => {
    assert.match(refusal(fileOf([relu("x", "y"), relu("x", "y")])), /"y" is made twice/);
    assert.match(refusal(fileOf([relu("x", "x"), relu("x", "y")])), /"x" is made twice/);
    assert.match(
      refusal(fileOf([relu("x", "w"), relu("w", "y")], { initializer: [weight([1])] })),
      /"w" is made twice/,
    );
    assert.match(refusal(fileOf([relu("x", "y")], { initializer: [weight([1]), weight([2])] })), /"w" is made twice/);
  });

  test("an output that follows from shapes alone is called so", () => {
    const shape: NodeProto = { op_type: "Shape", input: ["x"], output: ["y"] };
    assert.match(refusal(fileOf([shape])), /follow from shapes/);
  });
});

suite("Resize", (test) => {
  const floats = (name: string, values: readonly number[]) =>
    weight([values.length], { name, float_data: [...values] });
  const sizes = (values: readonly number[]) =>
    weight([values.length], { name: "sizes", data_type: 7, int64_data: [...values] });
  const text = (name: string, s: string) => ({ name, s: new TextEncoder().encode(s), type: 3 });
  const axes = (...ints: number[]) => ({ name: "axes", ints, type: 7 });
  interface Row {
    readonly attribute?: onnx.AttributeProto.$Properties[];
    readonly sizes?: readonly number[];
    readonly scales?: readonly number[];
  }
  const resize = ({ attribute = [], ...row }: Row): Uint8Array =>
    fileOf(
      [
        {
          op_type: "Resize",
          name: "r",
          input: ["x", "", row.scales ? "scales" : "", row.sizes ? "sizes" : ""],
          output: ["y"],
          attribute,
        },
      ],
      {
        input: [1, 4, 6, 10],
        initializer: [...(row.sizes ? [sizes(row.sizes)] : []), ...(row.scales ? [floats("scales", row.scales)] : [])],
      },
    );

  const rows: readonly Row[] = [
    { sizes: [1, 4, 12, 5] },
    { scales: [1, 1, 1.7, 0.55] },
    { attribute: [axes(3, 2)], sizes: [7, 13] },
    { attribute: [axes(3, 2)], scales: [0.7, 1.3] },
    { attribute: [axes(-1, -2)], sizes: [7, 13] },
    { attribute: [axes(2)], scales: [1.5] },
    { attribute: [axes(2, 3), text("keep_aspect_ratio_policy", "not_larger")], sizes: [13, 13] },
    { attribute: [axes(2, 3), text("keep_aspect_ratio_policy", "not_smaller")], sizes: [13, 13] },
    { attribute: [axes(3, 2), text("keep_aspect_ratio_policy", "not_smaller")], sizes: [7, 9] },
    { attribute: [axes(2, 3), text("keep_aspect_ratio_policy", "stretch")], sizes: [13, 7] },
    { attribute: [axes(1, 2, 3)], sizes: [4, 9, 9] },
  ];

  test.native("sizes, scales, axes and proportions give the shapes of ONNX Runtime", async () => {
    for (const row of rows) {
      const bytes = resize(row);
      const found = read(bytes);
      if (isProblem(found)) throw new Error(`${JSON.stringify(row)}: ${found.diagnose({}).message}`);
      const shape = found.types[found.outputs[0]?.value ?? -1]?.shape;
      const session = await ort.InferenceSession.create(bytes, silentLog);
      const { y } = await session.run({ x: new ort.Tensor("float32", new Float32Array(240), [1, 4, 6, 10]) });
      assert.equal(shape, y?.dims, JSON.stringify(row));
    }
  });

  test("what it does with channels, the batch or a part of the map is refused by name", () => {
    assert.match(refusal(resize({ scales: [1, 2, 2, 2] })), /makes 8 channels of 4/);
    assert.match(
      refusal(
        resize({ attribute: [text("coordinate_transformation_mode", "tf_crop_and_resize")], scales: [1, 1, 2, 2] }),
      ),
      /cuts a part/,
    );
    assert.match(
      refusal(resize({ attribute: [text("keep_aspect_ratio_policy", "shrink")], sizes: [1, 4, 3, 3] })),
      /by "shrink"/,
    );
    assert.match(
      refusal(resize({ attribute: [{ name: "antialias", i: 1, type: 2 }], sizes: [1, 4, 3, 3] })),
      /smooths/,
    );
    assert.match(refusal(resize({ attribute: [axes(2, 2)], sizes: [3, 3] })), /axes are 2, 2/);
    assert.match(refusal(resize({ sizes: [3, 3] })), /2 sizes or scales for 4 axes/);
    assert.match(refusal(resize({ sizes: [1, 4, 3, 3], scales: [1, 1, 2, 2] })), /sizes and scales/);
  });
});
