import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { generateFace } from "../../src/data/generated-faces.js";
import { encodePng } from "../../src/data/png.js";
import { callLferc } from "../support/in-process.js";
import { codesIn, inFolder } from "../support/lferc.js";
import { suite } from "../support/suite.js";

const text = `lfer 1

model Tiny {
  input image: float32[N, 3, 16, 16] = picture(mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25])
  logits = image -> conv(64, stride: 2) -> batch_norm -> relu -> depthwise -> batch_norm -> conv(64, kernel: 1)
           -> batch_norm -> relu -> max_pool(2) -> flatten -> linear(3)
  output logits: labels(["surprise", "happiness", "neutral"])
}
`;

const files = Object.fromEntries([
  ["tiny.lfer", text],
  ...(["surprise", "happiness", "neutral"] as const).flatMap((name) =>
    Array.from({ length: 16 }, (_, i) => [`faces/${name}/${i}.png`, encodePng(generateFace(name, i, 16))] as const),
  ),
]);

const build = (cwd: string, ...args: readonly string[]) =>
  callLferc(["build", "tiny.lfer", "-o", "q.onnx", "--no-verify", ...args], cwd);
const int8 = ["--quantize", "int8", "--calibrate", "faces"] as const;

const bytesOf = (cwd: string, name = "q.onnx"): string => readFileSync(join(cwd, name)).toString("base64");

suite("lferc build --quantize", (test) => {
  test("--quantize", () =>
    inFolder(files, async (cwd) => {
      const plain = await callLferc(["build", "tiny.lfer", "-o", "plain.onnx", "--no-verify"], cwd);
      assert.is(plain.code, 0, plain.stderr);
      const ran = await build(cwd, ...int8);
      assert.is(ran.code, 0, ran.stderr);
      const first = bytesOf(cwd);
      assert.ok(statSync(join(cwd, "q.onnx")).size < 0.9 * statSync(join(cwd, "plain.onnx")).size);
      for (const line of [
        /^ {2}layers {6}4 of 4 on 8 bits; \d+ tensors rounded$/m,
        /^ {2}ranges {6}minmax, 16 pictures of folder faces$/m,
        /^ {2}same answer +\d+\.\d % of 32 other pictures, as float32$/m,
        /^ {2}divergence +\S+ nats/m,
        /^ {2}accuracy +\d+\.\d %; float32 \d+\.\d %$/m,
        /^ {2}size +\d+\.\d kB; float32 \d+\.\d kB$/m,
        /^ {2}speed +\d+\.\d\d times as fast as float32/m,
        /^ {2}processor +\w/m,
      ]) {
        assert.match(ran.stderr, line);
      }
      const share = Number(/same answer +(\d+\.\d) %/.exec(ran.stderr)?.[1]);
      assert.ok(share >= 90, `${share}`);
      await build(cwd, ...int8);
      assert.is(bytesOf(cwd), first);
      // Other commands take the file.
      for (const args of [
        ["eval", "q.onnx", "--data", "faces"],
        ["predict", "q.onnx", "faces/neutral/0.png"],
        ["stats", "q.onnx"],
      ]) {
        const used = await callLferc(args, cwd);
        assert.is(used.code, 0, `${args.join(" ")}: ${used.stderr}`);
      }
      const countOf = async (file: string) => {
        const { stdout } = await callLferc(["stats", file, "--format", "json"], cwd);
        const { params, layers } = JSON.parse(stdout) as { params: unknown; layers: readonly { path: string }[] };
        return { params, paths: layers.map(({ path }) => path) };
      };
      assert.equal(await countOf("q.onnx"), await countOf("plain.onnx"));
    }));

  test("--calibrate", () =>
    inFolder(
      { ...files, "few/neutral/0.png": files["faces/neutral/0.png"]!, "empty/readme.txt": "none" },
      async (cwd) => {
        const codes = async (...args: readonly string[]) => codesIn((await build(cwd, ...args)).stderr);
        assert.equal(await codes("--calibrate", "faces"), ["tool/wrong-usage"]);
        assert.equal(await codes("--quantize", "int8"), ["tool/wrong-usage"]);
        assert.equal(await codes("--quantize", "int8", "--calibrate", "nowhere"), ["data/unreadable-folder"]);
        assert.is((await build(cwd, "--quantize", "int8", "--calibrate", "few")).code, 1);
        assert.is((await build(cwd, "--quantize", "int8", "--calibrate", "empty")).code, 1);
      },
    ));

  test("--calibration", () =>
    inFolder(files, async (cwd) => {
      const made = new Set<string>();
      for (const method of ["minmax", "percentile", "entropy"]) {
        const ran = await build(cwd, ...int8, "--calibration", method, "--optimize", "2");
        assert.is(ran.code, 0, ran.stderr);
        assert.match(ran.stderr, new RegExp(`ranges +${method},`));
        made.add(bytesOf(cwd));
      }
      assert.ok(made.size >= 2, `${made.size}`);
      assert.equal(codesIn((await build(cwd, "--calibration", "entropy")).stderr), ["tool/wrong-usage"]);
    }));

  test("--keep-accuracy", () =>
    inFolder(files, async (cwd) => {
      const ran = await build(cwd, ...int8, "--keep-accuracy", "100");
      const isKept = /same answer +100\.0 %/.test(ran.stderr);
      // Either every answer is the same, or the message says that this cannot be.
      assert.ok(isKept ? ran.code === 0 : codesIn(ran.stderr).includes("onnx/quantize-not-kept"), ran.stderr);
      const low = await build(cwd, ...int8, "--keep-accuracy", "10");
      assert.is(low.code, 0, low.stderr);
      assert.match(low.stderr, /^ {2}layer +margin moved +kept as\n(?: {2}\S+ +\d+\.\d\d % {3}int8\n){4}/m);
      for (const wrong of ["0", "101"]) {
        assert.equal(codesIn((await build(cwd, ...int8, "--keep-accuracy", wrong)).stderr), ["tool/wrong-usage"]);
      }
    }));
});
