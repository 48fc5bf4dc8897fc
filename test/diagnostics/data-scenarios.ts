import { truncateSync } from "node:fs";
import { join } from "node:path";
import { loadDecoder } from "../../src/data/decode.js";
import { pictureFileLimit } from "../../src/data/picture-files.js";
import { encodePng } from "../../src/data/png.js";
import { isProblem } from "../../src/diagnostics/diagnostic.js";
import { formulaPicture } from "../data/formula-picture.js";
import { overstatedPng } from "../data/overstated-png.js";
import { tinyClassifier } from "../deploy/tiny-classifier.js";
import { callLferc, reportedCodes } from "../support/in-process.js";
import { inFolder } from "../support/lferc.js";
import { recipeText } from "../training/small-recipe.js";

const face = encodePng(formulaPicture(9, 9));

/** `tiny.onnx` with one text replaced by another of the same length. */
function edited(from: string, to: string): Uint8Array {
  const bytes = Buffer.from(tinyClassifier());
  bytes.write(to, bytes.lastIndexOf(from));
  return bytes;
}

const files = {
  "tiny.onnx": tinyClassifier(),
  "cut.onnx": tinyClassifier({ metadata: false }).subarray(0, 20),
  "foreign.onnx": tinyClassifier({ metadata: false }),
  "judged.onnx": tinyClassifier({ evaluation: "mean_of_ten_crops" }),
  "seeded.onnx": tinyClassifier({ weights: "seed 0" }),
  "labels.onnx": tinyClassifier({ labels: ["one"] }),
  "diverged.onnx": tinyClassifier({ gain: Number.NaN }),
  "size.onnx": edited("[8,8]", "[8.8]"),
  "newer.onnx": edited("\x0a\x0blfer.schema\x12\x011", "\x0a\x0blfer.schema\x12\x012"),
  "damaged.onnx": edited("GlobalAveragePool", "GlobalAveragePoox"),
  "face.png": face,
  "cut.png": face.subarray(0, 80),
  "empty.png": "",
  "notes.txt": "just text",
  "face.bmp": Buffer.concat([Buffer.from("BM\x3a\0\0\0\0\0\0\0", "latin1"), Buffer.alloc(48)]),
  "bomb.png": overstatedPng(face, 60_000, 50_000),
  "film.png": "",
  "folder/notes.txt": "just text",
} as const;

const pair = `lfer 1

model Pair {
  input left: float32[N, 3, 8, 8]
  input right: float32[N, 3, 8, 8]
  logits = left + right -> flatten
  output logits
}
`;

const predicting =
  (model: string, ...pictures: readonly string[]) =>
  (): Promise<readonly string[]> =>
    inFolder(files, (cwd) => {
      truncateSync(join(cwd, "film.png"), pictureFileLimit + 1);
      return reportedCodes(["predict", model, ...pictures], cwd);
    });

/** Provokes each `data/` diagnostic. */
export const dataScenarios: Readonly<Record<string, () => Promise<readonly string[]>>> = {
  "data/missing-picture": predicting("tiny.onnx", "nowhere.png"),
  "data/unreadable-picture": predicting("tiny.onnx", "x".repeat(5000)),
  "data/picture-file-too-large": predicting("tiny.onnx", "film.png"),
  "data/no-pictures": predicting("tiny.onnx", "folder"),
  "data/empty-picture": predicting("tiny.onnx", "empty.png"),
  "data/not-a-picture": predicting("tiny.onnx", "notes.txt"),
  "data/unsupported-picture": predicting("tiny.onnx", "face.bmp"),
  "data/corrupt-picture": predicting("tiny.onnx", "cut.png"),
  "data/too-many-pixels": predicting("tiny.onnx", "bomb.png"),
  "data/no-decoder": async () => {
    const decoder = await loadDecoder(() => Promise.reject(new Error("Cannot find package 'sharp'")));
    return isProblem(decoder) ? [decoder.diagnose({}).code] : [];
  },
  "data/model-unreadable": predicting("nowhere.onnx", "face.png"),
  "data/not-an-onnx-model": predicting("cut.onnx", "face.png"),
  "data/foreign-model": predicting("foreign.onnx", "face.png"),
  "data/training-step": () =>
    inFolder({ "m.lfer": recipeText(), "face.png": face }, async (cwd) => {
      const args = ["m.lfer", "--target", "onnx-train", "--recipe", "Plain", "-o", "step.onnx", "--no-verify"];
      await callLferc(["build", ...args], cwd);
      return reportedCodes(["predict", "step.onnx", "face.png"], cwd);
    }),
  "data/unknown-evaluation": predicting("judged.onnx", "face.png"),
  "data/bad-metadata": predicting("size.onnx", "face.png"),
  "data/several-inputs": () =>
    inFolder({ ...files, "pair.lfer": pair }, async (cwd) => {
      await callLferc(["build", "pair.lfer", "-o", "pair.onnx", "--no-verify"], cwd);
      return reportedCodes(["predict", "pair.onnx", "face.png"], cwd);
    }),
  "data/newer-metadata": predicting("newer.onnx", "face.png"),
  "data/model-does-not-run": predicting("damaged.onnx", "face.png"),
  "data/label-count": predicting("labels.onnx", "face.png"),
  "data/not-finite": predicting("diverged.onnx", "face.png"),
  "data/untrained-model": predicting("seeded.onnx", "face.png"),
  "data/run-folder": () => inFolder({ "folder.onnx/x": "" }, (cwd) => reportedCodes(["bench", "folder.onnx"], cwd)),
};
