// The values for test/onnx-train/loop.py: node --import tsx test/onnx-train/our-losses.ts FOLDER writes pictures and labels to FOLDER
// (images.npy, labels.npy), and the losses of our own engine on them over one epoch (ours.json).
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isProblem } from "../../src/diagnostics/diagnostic.js";
import { ortEngine } from "../../src/engines/ort/ort-engine.js";
import { stepOfRecipe } from "../../src/step/from-recipe.js";
import { trainingStep } from "../../src/step/training-step.js";
import { compileText } from "../../src/testing/compile-text.js";
import { initialiseWeights } from "../../src/weights/initialise.js";

const [folder = "."] = process.argv.slice(2);
const [count, size, classes, batch] = [192, 16, 3, 32] as const;
const pixels = 3 * size * size;

/** NumPy's format, version 1.0, float32 in row-major order. */
function npy(data: Float32Array, shape: readonly number[]): Buffer {
  const header = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape.join(", ")}), }`;
  const padded = `${header.padEnd(64 * Math.ceil((header.length + 11) / 64) - 11)}\n`;
  const length = Buffer.alloc(2);
  length.writeUInt16LE(padded.length);
  return Buffer.concat([
    Buffer.from("\x93NUMPY\x01\x00", "latin1"),
    length,
    Buffer.from(padded),
    Buffer.from(data.buffer),
  ]);
}

// Noise around a brightness that depends on the class.
const images = Float32Array.from({ length: count * pixels }, (_, i) => {
  const wave = Math.sin(i * 12.9898) * 43758.5453;
  return (wave - Math.floor(wave) - 0.5) * 2 + ((Math.floor(i / pixels) % classes) - 1);
});
const labels = Float32Array.from({ length: count * classes }, (_, i) =>
  Math.floor(i / classes) % classes === i % classes ? 1 : 0,
);

const text = readFileSync(new URL("small.lfer", import.meta.url), "utf8");
const { recipes } = await compileText(text, { recipe: "CrossEntropy" });
const [recipe] = recipes;
const source = recipe === undefined ? undefined : stepOfRecipe(recipe);
if (source === undefined || isProblem(source)) throw new Error("small.lfer does not compile");
const step = trainingStep(source);
const running = await ortEngine().create(step, { state: initialiseWeights(step, 0) });
if (isProblem(running)) throw new Error(running.diagnose({}).message);
const losses: number[] = [];
for (let at = 0; at + batch <= count; at += batch) {
  const results = await running.run(
    new Map([
      ["image", images.slice(at * pixels, (at + batch) * pixels)],
      ["data.label", labels.slice(at * classes, (at + batch) * classes)],
      ["learning_rate", Float32Array.of(0.01)],
    ]),
  );
  losses.push(results.get("loss")?.[0] ?? Number.NaN);
}
await running.dispose();
writeFileSync(join(folder, "images.npy"), npy(images, [count, 3, size, size]));
writeFileSync(join(folder, "labels.npy"), npy(labels, [count, classes]));
writeFileSync(join(folder, "ours.json"), JSON.stringify(losses));
console.log(`${running.description}: ${losses.map((loss) => loss.toFixed(6)).join(" ")}`);
