import * as assert from "uvu/assert";
import { isProblem, type Problem } from "../../../src/diagnostics/diagnostic.js";
import { onnx } from "../../../src/targets/onnx/generated/onnx.js";
import { asProps, type ModelMetadata, metadataEntries, readMetadata } from "../../../src/targets/onnx/metadata.js";
import { readMetadataProps } from "../../../src/targets/onnx/read-props.js";
import { suite } from "../../support/suite.js";

const writeMetadata = (info: ModelMetadata): Readonly<Record<string, string>> =>
  Object.fromEntries(asProps(metadataEntries(info, "NCHW")));

const info: ModelMetadata = {
  lferVersion: "0.1.0",
  model: "LferLdl",
  sourceSha256: "ab".repeat(32),
  graphSha256: "cd".repeat(32),
  counts: { params: 1_283_024, "fvcore.macs": 152_852_568 },
  picture: { name: "image", height: 112, width: 224, mean: [0.576, 0.449, 0.401], std: [0.207, 0.19, 0.181] },
  output: { name: "logits", labels: ["happy", 'quo"te', "überraschung"] },
};

function refusal(change: Readonly<Record<string, string | undefined>>): ReturnType<Problem["diagnose"]> {
  const props = new Map(Object.entries(writeMetadata(info)));
  for (const [key, value] of Object.entries(change)) {
    if (value === undefined) props.delete(key);
    else props.set(key, value);
  }
  const found = readMetadata(props, "m.onnx");
  assert.ok(isProblem(found), "was accepted");
  return (found as Problem).diagnose({});
}

suite("onnx metadata", (test) => {
  test("what is written is read back", () => {
    const props = { ...writeMetadata({ ...info, evaluation: "mean_of_flips" }), "lfer.weights": "seed 0" };
    assert.equal(readMetadata(new Map(Object.entries(props)), "m.onnx"), {
      model: info.model,
      sourceSha256: info.sourceSha256,
      graphSha256: info.graphSha256,
      weights: "seed 0",
      picture: info.picture,
      output: info.output,
      evaluation: "mean_of_flips",
      isInside: false,
    });
  });

  test("pictures are judged as they are where nothing is said of it, and never by a name that is not known", () => {
    const found = readMetadata(new Map(Object.entries(writeMetadata(info))), "m.onnx");
    assert.ok(!isProblem(found) && found.evaluation === "single_view");
    const { code, message } = refusal({ "lfer.evaluation": "mean_of_ten_crops" });
    assert.is(code, "data/unknown-evaluation");
    assert.match(message, /"mean_of_ten_crops"; this lferc knows mean_of_flips, single_view/);
  });

  test("a model without picture and labels says nothing of them", () => {
    const props = writeMetadata({ ...info, picture: undefined, output: undefined });
    assert.equal(Object.keys(props), [
      "lfer.schema",
      "lfer.version",
      "lfer.model",
      "lfer.source.sha256",
      "lfer.graph.sha256",
      "lfer.counts",
    ]);
  });

  test("names what is missing", () => {
    const none = { "lfer.labels": undefined, "lfer.input.std": undefined };
    const foreign = refusal({ ...none, "lfer.model": undefined });
    assert.is(foreign.code, "data/foreign-model");
    assert.match(foreign.message, /its metadata lacks lfer\.model, .*lfer\.input\.std, lfer\.labels$/);
    assert.match(refusal(none).message, "is no classifier");
  });

  test("refuses a training step", () => {
    const found = refusal({ "lfer.target": "onnx-train", "lfer.recipe": "R" });
    assert.is(found.code, "data/training-step");
    assert.match(found.message, "recipe R");
  });

  test("refuses a newer schema by its number", () => {
    assert.is(refusal({ "lfer.schema": "2" }).code, "data/newer-metadata");
  });

  for (const [key, value] of [
    ["lfer.schema", "x"],
    ["lfer.input.size", "[0,5]"],
    ["lfer.input.size", "[1.5,5]"],
    ["lfer.input.size", "[5]"],
    ["lfer.input.size", "{"],
    ["lfer.input.mean", "[1,2]"],
    ["lfer.input.mean", '["1","2","3"]'],
    ["lfer.input.std", "[1,0,1]"],
    ["lfer.input.layout", "NHWC"],
    ["lfer.input.color", "BGR"],
    ["lfer.labels", "[]"],
    ["lfer.labels", '["a",1]'],
  ] as const) {
    test(`refuses ${key} = ${value}`, () => {
      const found = refusal({ [key]: value });
      assert.is(found.code, "data/bad-metadata");
      assert.match(found.message, key);
    });
  }
});

suite("onnx metadata_props", (test) => {
  const file = onnx.ModelProto.encode({
    ir_version: 8,
    graph: { name: "g", doc_string: "x".repeat(1000) },
    metadata_props: [
      { key: "a", value: "1" },
      { key: "ü", value: "ä".repeat(200) },
    ],
  }).finish();

  test("are found without decoding the graph", () => {
    const found = readMetadataProps(file);
    assert.equal(found.kind === "props" && [...found.props], [
      ["a", "1"],
      ["ü", "ä".repeat(200)],
    ]);
  });

  test("of a file cut off in the graph, or of another kind of file, are refused", () => {
    assert.is(readMetadataProps(file.subarray(0, 500)).kind, "not-onnx");
    assert.is(readMetadataProps(new Uint8Array()).kind, "not-onnx");
    assert.is(readMetadataProps(Buffer.from("\xff\xd8\xff\xe0 a picture", "latin1")).kind, "not-onnx");
    assert.is(readMetadataProps(Buffer.from("lfer 1\n\nmodel M {}\n")).kind, "not-onnx");
  });
});
