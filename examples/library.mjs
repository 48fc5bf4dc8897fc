// Using the library: a model's costs, and its ONNX file.
//   node library.mjs [FILE.lfer [OUT.onnx]]
import { writeFile } from "node:fs/promises";
import { basename, dirname, resolve } from "node:path";
import { buildOnnx, compile, load, nodeHost, renderPretty, sourceTexts, statsOf } from "lfer";

const [file = "faces.lfer", out = "model.onnx"] = process.argv.slice(2);

// Reading is separate from compiling, which is synchronous and does not touch the disk. Nothing outside the folder is read.
const sources = await load(nodeHost(dirname(resolve(file))), basename(file));
const { models, diagnostics } = compile(sources, { model: "main" });

// Errors in the file are values; nothing is thrown for them.
const texts = sourceTexts((path) => sources.files.get(path)?.text);
for (const diagnostic of diagnostics) console.error(renderPretty(diagnostic, texts, (_style, text) => text));

const [model] = models;
if (model === undefined) process.exit(1);

const stats = statsOf(model.graph, { locate: () => "" });
if (!("counts" in stats)) throw new Error("the model cannot be counted");
console.log(`${model.name}: ${stats.params.total} parameters, ${stats.counts.fvcore.macs} multiply-accumulates`);

const built = await buildOnnx(model, sources, { opset: 18 });
if (built.kind === "refused") {
  for (const diagnostic of built.diagnostics) console.error(diagnostic.message);
  process.exit(1);
}
await writeFile(out, built.pieces);
console.log(`${out}: ${built.pieces.reduce((bytes, piece) => bytes + piece.byteLength, 0)} bytes`);
