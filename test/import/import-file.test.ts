import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { problem } from "../../src/diagnostics/diagnostic.js";
import { sha256 } from "../../src/formats/digest.js";
import { type ImportResult, importOnnx } from "../../src/import/import-file.js";
import { format } from "../../src/syntax/format/format.js";
import { onnx } from "../../src/targets/onnx/generated/onnx.js";
import type { VerificationRuntime } from "../../src/targets/onnx/run-file.js";
import { readSafetensors } from "../../src/weights/safetensors.js";
import { root } from "../support/lferc.js";
import { ort } from "../support/onnx-runtime.js";
import { suite } from "../support/suite.js";
import { compile } from "../support/tester.js";
import { convolution, fileOf, weight } from "../targets/onnx/hand-made.js";

const read = (name: string): Uint8Array => readFileSync(join(root, "test/targets/onnx/exported", name));

const importing = (
  bytes: Uint8Array,
  more: { readonly verify?: boolean; readonly hasRecipe?: boolean; readonly runtime?: VerificationRuntime } = {},
): Promise<ImportResult> =>
  importOnnx({
    bytes,
    path: "x.onnx",
    name: "x",
    sizes: new Map(),
    hasRecipe: more.hasRecipe ?? false,
    verify: more.verify ?? false,
    loadRuntime: async () => more.runtime ?? problem("onnx/no-runtime", { reason: "not asked for" }),
  });

function imported(result: ImportResult): Extract<ImportResult, { kind: "imported" }> {
  if (result.kind === "imported") return result;
  throw new Error(result.diagnostics.map(({ code, message }) => `${code}: ${message}`).join("\n"));
}

const codes = (result: ImportResult): readonly string[] =>
  result.kind === "refused" ? result.diagnostics.map(({ code }) => code) : [];

/** A digest of the bits of some numbers, whatever their order: a matrix may be turned, which the outputs prove. */
const digest = (bytes: Uint8Array): string =>
  sha256([new Uint8Array(new Uint32Array(Uint8Array.from(bytes).buffer).sort().buffer)]);

const numbersOf = (bytes: Uint8Array): readonly string[] =>
  (onnx.ModelProto.decode(bytes).graph?.initializer ?? [])
    .filter(({ data_type: type, raw_data: raw }) => type === 1 && (raw?.byteLength ?? 0) > 0)
    .map(({ raw_data: raw }) => digest(raw ?? new Uint8Array()));

function weightsOf({ weights }: Extract<ImportResult, { kind: "imported" }>): readonly string[] {
  const file = readSafetensors(Buffer.concat(weights), "w.safetensors");
  if (file.kind === "refused") throw new Error("no weight file");
  return [...file.value.tensors.values()].map((tensor) => {
    const { buffer, byteOffset, byteLength } = tensor.float32();
    return digest(new Uint8Array(buffer, byteOffset, byteLength));
  });
}

suite("import/import-file", (test) => {
  for (const name of ["small.torchscript.onnx", "small.dynamo.onnx", "small.torchscript-norms.onnx"]) {
    test.native(`${name}: proven, formatted, without a warning, its weights bit for bit`, async () => {
      const bytes = read(name);
      const made = imported(await importing(bytes, { verify: true, runtime: ort, hasRecipe: true }));
      assert.ok(made.proof !== undefined && made.proof.error <= made.proof.allowed);
      const formatted = format("x.lfer", made.text);
      assert.is(formatted.kind === "formatted" ? formatted.text : "", made.text);
      assert.is(Math.max(...made.text.split("\n").map((line) => line.length)) <= 120, true);
      const { diagnostics, recipes } = await compile(made.text);
      assert.equal(diagnostics, []);
      assert.is(recipes.length, 1);
      const before = new Set(numbersOf(bytes));
      assert.is(weightsOf(made).filter((each) => !before.has(each)).length, 0);
      assert.is(weightsOf(made).length, made.graph.slots.length);
    });
  }

  test("folded norms are said; a file that keeps them has them in its text", async () => {
    const folded = imported(await importing(read("small.torchscript.onnx")));
    assert.match(folded.remarks.join(" "), /they are folded/);
    const kept = imported(await importing(read("small.torchscript-norms.onnx")));
    assert.not.match(kept.remarks.join(" "), /folded/);
    assert.match(kept.text, /batch_norm/);
  });

  test.native("outputs that are not those of the file are no import", async () => {
    let runs = 0;
    const lying: VerificationRuntime = {
      Tensor: ort.Tensor,
      InferenceSession: {
        create: async (bytes, options) => {
          const session = await ort.InferenceSession.create(bytes, options);
          const run = session.run.bind(session);
          session.run = (async (feeds: never) => {
            const results = await run(feeds);
            // Only the file's own results are wrong: it is run first, before ours and the nudged one.
            if (runs++ % 3 === 0) for (const { data } of Object.values(results)) (data as Float32Array)[0] = 1e6;
            return results;
          }) as typeof session.run;
          return session;
        },
      },
    };
    assert.equal(codes(await importing(read("small.torchscript.onnx"), { verify: true, runtime: lying })), [
      "onnx/import-differs",
    ]);
  });

  test("what has no word, and what is not float32, is refused at its node", async () => {
    const w = weight([4, 4, 3, 3], { raw_data: new Uint8Array(4 * 144) });
    assert.equal(codes(await importing(fileOf([{ ...convolution, op_type: "Einsum" }], { initializer: [w] }))), [
      "onnx/unknown-ops",
    ]);
    const half = weight([4, 4, 3, 3], { data_type: 10, raw_data: new Uint8Array(2 * 144) });
    assert.equal(codes(await importing(fileOf([convolution], { initializer: [half] }))), ["onnx/no-word-for-node"]);
    const elsewhere = weight([4, 4, 3, 3], {
      data_location: 1,
      external_data: [{ key: "location", value: "../../w" }],
    });
    assert.equal(codes(await importing(fileOf([convolution], { initializer: [elsewhere] }))), [
      "onnx/no-word-for-node",
    ]);
    assert.equal(codes(await importing(new TextEncoder().encode("no model"))), ["onnx/not-a-model"]);
  });

  test("names from outside become words of the language", async () => {
    const w = weight([4, 4, 3, 3], { raw_data: new Uint8Array(4 * 144) });
    const name = '../../etc/"; }\n// \u202e';
    const bytes = fileOf(
      [
        { ...convolution, name, output: ["a"] },
        { op_type: "Relu", name: "if", input: ["a"], output: ["return"] },
        { op_type: "Add", name: "/model/x/", input: ["return", "a"], output: ["y"] },
      ],
      { initializer: [w] },
    );
    const { text } = imported(await importing(bytes));
    assert.match(text, /^[\x20-\x7e\n]*$/);
    assert.not.match(text, /etc\//);
  });

  test("a weight in two places is shared, and a chain of thousands of layers is no trouble", async () => {
    const w = weight([4, 4, 3, 3], { raw_data: new Uint8Array(4 * 144) });
    const twice = fileOf(
      [
        { ...convolution, output: ["a"] },
        { ...convolution, name: "d", input: ["a", "w"], output: ["y"] },
      ],
      { initializer: [w] },
    );
    assert.match(imported(await importing(twice)).text, /share shared_conv = conv\(4, padding: 0\)/);
    const many = 3000;
    const chain = Array.from({ length: many }, (_, i) => ({
      op_type: i % 2 === 0 ? "Relu" : "Sigmoid",
      name: `s${i % 7}/n${i}`,
      input: [i === 0 ? "x" : `v${i}`],
      output: [i === many - 1 ? "y" : `v${i + 1}`],
    }));
    assert.is(imported(await importing(fileOf(chain))).graph.nodes.length, many);
  });
});
