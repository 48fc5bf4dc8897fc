import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { callLferc } from "../support/in-process.js";
import { inFolder, runLferc } from "../support/lferc.js";
import { suite } from "../support/suite.js";

const text = `lfer 1

model Tiny(size: int = 16) {
  input image: float32[N, 3, size, size] = picture(mean: [0.5, 0.5, 0.5], std: [0.2, 0.2, 0.2])
  logits = image -> conv(64, stride: 2) -> batch_norm -> relu -> conv(64) -> global_avg_pool -> flatten -> linear(3)
  output logits: labels(["a", "b", "c"])
}
`;

const files = { "tiny.lfer": text, "broken.safetensors": "no such thing", "theirs/notes.txt": "mine" };

/** Everything under a folder, by path. */
const under = (folder: string): readonly string[] => (readdirSync(folder, { recursive: true }) as string[]).toSorted();

const contents = (folder: string): readonly string[] =>
  readdirSync(folder)
    .toSorted()
    .map((name) => `${name} ${readFileSync(join(folder, name)).toString("base64")}`);

const build = (cwd: string, ...args: readonly string[]) => callLferc(["build", "tiny.lfer", ...args], cwd);

suite("lferc build --target tfjs", (test) => {
  test("writes a folder, proven without and with TensorFlow.js; again, the same bytes in its place", () =>
    inFolder(files, async (cwd) => {
      const ran = await build(cwd, "--target", "tfjs", "-o", "m");
      assert.equal([ran.code, ran.stdout], [0, ""], ran.stderr);
      assert.match(
        ran.stderr,
        /m: 2 files, \d+\.\d+ [kM]B, weights float32, \d+ nodes; equal to the reference \(image \[N, 3, \d+, \d+\], batch 2\): kernels \S+e-1\d, in @tensorflow\/tfjs\S* 4\.\S+ \S+e-\d\n$/,
      );
      assert.equal(under(join(cwd, "m")), ["group1-shard1of1.bin", "model.json"]);
      const first = contents(join(cwd, "m"));
      writeFileSync(join(cwd, "m/group1-shard2of2.bin"), "of a larger model");
      const again = await build(cwd, "--target", "tfjs", "-o", "m/", "--no-verify");
      assert.is(again.code, 0, again.stderr);
      assert.match(again.stderr, /; not verified\n$/);
      assert.equal(contents(join(cwd, "m")), first);
    }));

  test("model.json says what the ONNX file's metadata says, as JSON, and the layout that it has", () =>
    inFolder(files, async (cwd) => {
      await build(cwd, "--target", "tfjs", "-o", "m", "--no-verify", "--set", "size=8");
      const { format, generatedBy, signature, userDefinedMetadata } = JSON.parse(
        readFileSync(join(cwd, "m/model.json"), "utf8"),
      );
      assert.is(format, "graph-model");
      assert.match(generatedBy, /^lferc \d/);
      assert.equal(signature.inputs.image.tensorShape.dim, [
        { size: "-1" },
        { size: "8" },
        { size: "8" },
        { size: "3" },
      ]);
      assert.equal(Object.keys(signature.outputs), ["logits"]);
      const { "lfer.counts": counts, ...about } = userDefinedMetadata;
      assert.is(counts.params, 64 * 27 + 2 * 64 + 64 * 64 * 9 + 64 * 3 + 3);
      assert.equal(Object.keys(counts), ["params", "fvcore.macs", "fvcore.activations"]);
      for (const [key, value] of Object.entries({
        "lfer.schema": 1,
        "lfer.model": "Tiny",
        "lfer.input": "image",
        "lfer.input.size": [8, 8],
        "lfer.input.mean": [0.5, 0.5, 0.5],
        "lfer.input.std": [0.2, 0.2, 0.2],
        "lfer.input.layout": "NHWC",
        "lfer.input.color": "RGB",
        "lfer.output": "logits",
        "lfer.labels": ["a", "b", "c"],
        "lfer.weights": "seed 0",
        "lfer.settings": { size: "8" },
      })) {
        assert.equal(about[key], value, key);
      }
      assert.match(about["lfer.source.sha256"], /^[0-9a-f]{64}$/);
    }));

  test("--weights-type makes the file smaller, and says what that costs the weights", () =>
    inFolder(files, async (cwd) => {
      const sizes: number[] = [];
      for (const type of ["float32", "float16", "uint8"]) {
        const ran = await build(cwd, "--target", "tfjs", "-o", type, "--no-verify", "--weights-type", type);
        assert.is(ran.code, 0, ran.stderr);
        const said = new RegExp(
          `weights as ${type} lose at most [1-9]\\.\\de-[1-9] of a tensor's norm \\(\\S+\\.weight\\)`,
        );
        assert.is(said.test(ran.stderr), type !== "float32", ran.stderr);
        sizes.push(readFileSync(join(cwd, type, "group1-shard1of1.bin")).length);
      }
      const [whole = 0, half = 0, quarter = 0] = sizes;
      assert.ok(half < 0.51 * whole && quarter < 0.26 * whole, sizes.join());
    }));

  for (const [title, args, code, found] of [
    ["a folder of others", ["-o", "theirs"], 1, "tfjs/not-a-model-folder"],
    ["a file in its place", ["-o", "broken.safetensors"], 2, "tool/target-clash"],
    ["its own source", ["-o", "tiny.lfer"], 1, "onnx/output-is-input"],
    ["a folder that is not there", ["-o", "no/such/m"], 1, "tfjs/cannot-write-folder"],
    ["standard output", ["-o", "-"], 2, "tool/wrong-usage"],
    ["the name of an ONNX file", ["-o", "m.onnx"], 2, "tool/target-clash"],
    ["a broken weight file", ["-o", "m", "--weights", "broken.safetensors"], 1, "weights/not-weights"],
    ["an unknown type of weights", ["-o", "m", "--weights-type", "int4"], 2, "tool/wrong-value"],
    ["an opset", ["-o", "m", "--opset", "18"], 2, "tool/wrong-usage"],
    ["a level for blocked layouts", ["-o", "m", "--optimize", "2"], 2, "onnx/unsupported-level"],
  ] as const) {
    test(`refuses ${title}, and writes nothing`, () =>
      inFolder(files, async (cwd) => {
        const before = under(cwd);
        const ran = await build(cwd, "--target", "tfjs", ...args, "--no-verify");
        assert.is(ran.code, code, ran.stderr);
        assert.ok(ran.stderr.includes(`error[${found}]`), ran.stderr);
        assert.equal(under(cwd), before);
      }));
  }

  test("weights that half precision has no number for are refused", () =>
    inFolder(
      {
        ...files,
        "large.lfer": text
          .replace("-> flatten", "-> flatten -> Times")
          .replace(
            "\nmodel",
            `\nblock Times on x {\n  weight w: float32[1, 64] = normal(1_000_000)\n  return x * w\n}\n\nmodel`,
          ),
      },
      async (cwd) => {
        const ran = await callLferc(
          ["build", "large.lfer", "--target", "tfjs", "-o", "m", "--no-verify", "--weights-type", "float16"],
          cwd,
        );
        assert.is(ran.code, 1, ran.stderr);
        assert.match(ran.stderr, /onnx\/weights-not-finite.*as float16 becomes Infinity/s);
        assert.not(existsSync(join(cwd, "m")));
      },
    ));

  test("a name with a slash needs the target, as before", () =>
    inFolder(files, async (cwd) => {
      mkdirSync(join(cwd, "m"));
      const ran = await build(cwd, "-o", "m/");
      assert.is(ran.code, 2);
      assert.match(ran.stderr, /tool\/no-target/);
    }));

  test("the command as it is installed does the same", () =>
    inFolder(files, (cwd) => {
      const ran = runLferc(["build", "tiny.lfer", "--target", "tfjs", "-o", "m"], { cwd });
      assert.is(ran.code, 0, ran.stderr);
      assert.match(ran.stderr, /kernels \S+e-1\d, in @tensorflow\/tfjs/);
      assert.equal(under(join(cwd, "m")), ["group1-shard1of1.bin", "model.json"]);
    }));
});
