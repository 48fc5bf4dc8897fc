import * as assert from "uvu/assert";
import { generateFace } from "../../src/data/generated-faces.js";
import { encodePng } from "../../src/data/png.js";
import { formulaPicture } from "../data/formula-picture.js";
import { tinyClassifier } from "../deploy/tiny-classifier.js";
import { codesIn, inFolder, runLferc } from "../support/lferc.js";
import { suite } from "../support/suite.js";

const flat = (red: number, green: number, blue: number): Uint8Array =>
  encodePng({
    width: 9,
    height: 4,
    pixels: Uint8Array.from({ length: 9 * 4 * 3 }, (_, i) => [red, green, blue][i % 3]!),
  });

const files = {
  "tiny.onnx": tinyClassifier(),
  "foreign.onnx": tinyClassifier({ metadata: false }),
  "faces/b.png": flat(0, 0, 255),
  "faces/a.png": flat(255, 0, 0),
  "faces/notes.txt": "not a picture",
  "broken.png": encodePng(formulaPicture(9, 9)).subarray(0, 80),
  "face.png": encodePng(generateFace("happiness", 1, 32)),
};

suite("lferc predict", (test) => {
  test("answers a folder in order and says what it left out", async () => {
    await inFolder(files, (cwd) => {
      const ran = runLferc(["predict", "tiny.onnx", "faces", "face.png", "--top", "1"], { cwd });
      assert.match(
        ran.stdout,
        /^faces\/a\.png {2}red 99\.9%\nfaces\/b\.png {2}blue 99\.9%\nface\.png {2}\w+ \d+\.\d%\n$/,
      );
      assert.is(ran.stderr, "skipped, no picture by its name: faces/notes.txt\n");
      assert.is(ran.code, 0);
    });
  });

  test("names the pictures that cannot be read, answers the others, exits 1", async () => {
    await inFolder(files, (cwd) => {
      const ran = runLferc(["predict", "tiny.onnx", "broken.png", "faces/a.png", "no.png", "--format", "json"], {
        cwd,
      });
      const json = JSON.parse(ran.stdout);
      assert.is(json.schemaVersion, 1);
      assert.equal(json.labels, ["red", "green", "blue"]);
      assert.equal(
        json.pictures.map((p: { path: string; label: string; classes: unknown[] }) => [
          p.path,
          p.label,
          p.classes.length,
        ]),
        [["faces/a.png", "red", 3]],
      );
      assert.equal(
        json.failed.map((f: { path: string; code: string }) => [f.path, f.code]),
        [
          ["broken.png", "data/corrupt-picture"],
          ["no.png", "data/missing-picture"],
        ],
      );
      assert.match(ran.stderr, "error[data/corrupt-picture]: broken.png is a damaged PNG file");
      assert.is(ran.code, 1);
    });
  });

  test("refuses a model that does not say how to feed it", async () => {
    await inFolder(files, (cwd) => {
      const ran = runLferc(["predict", "foreign.onnx", "face.png"], { cwd });
      assert.is(ran.code, 1);
      assert.is(ran.stdout, "");
      assert.match(ran.stderr, "error[data/foreign-model]: foreign.onnx does not say how to feed it");
    });
  });

  test("wrong usage exits 2", async () => {
    await inFolder(files, (cwd) => {
      assert.is(runLferc(["predict", "tiny.onnx"], { cwd }).code, 2);
      for (const top of ["0", "1.5", "many"]) {
        const ran = runLferc(["predict", "tiny.onnx", "face.png", "--top", top], { cwd });
        assert.is(ran.code, 2);
        assert.match(
          ran.stderr,
          top === "many" ? '--top takes a number, not "many"' : "--top takes a whole number from 1",
        );
      }
    });
  });

  test("a model of two inputs: that is what is said, not something of its metadata", () => {
    const pictured = " = picture(mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5])";
    const pair = (second: string) => `lfer 1

model Pair {
  input left: float32[N, 3, 8, 8]${pictured}
  input right: ${second}
  logits = concat(left -> flatten, right -> flatten) -> linear(2)
  output logits: labels(["same", "different"])
}
`;
    const sources = { "two.lfer": pair(`float32[N, 3, 8, 8]${pictured}`), "vector.lfer": pair("float32[N, 4]") };
    return inFolder({ ...sources, "face.png": encodePng(formulaPicture(9, 9)) }, (cwd) => {
      for (const name of ["two", "vector"]) {
        const built = runLferc(["build", `${name}.lfer`, "-o", "m.onnx"], { cwd });
        assert.is(built.code, 0, built.stderr);
        const ran = runLferc(["predict", "m.onnx", "face.png"], { cwd });
        assert.equal([ran.code, codesIn(ran.stderr)], [1, ["data/several-inputs"]], name);
        assert.match(ran.stderr, "takes 2 inputs (left, right)");
      }
    });
  });
});
