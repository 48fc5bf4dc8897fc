import { spawnSync } from "node:child_process";
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { callLferc } from "../support/in-process.js";
import { codesIn, inFolder, lfercPath } from "../support/lferc.js";
import { suite } from "../support/suite.js";

const model = `lfer 1

model Tiny {
  input image: float32[N, 3, 8, 8]
  logits = image -> conv(4) -> global_avg_pool -> flatten
  output logits
}
`;
const recipe = `${model}
recipe R {
  student   = Tiny
  data      = folder()
  loss      = mean((softmax(student.logits) - data.label) ** 2)
  optimizer = sgd(lr: 0.1)
  train     = run(batch: 4, epochs: 1)
}
`;
const files = { "tiny.lfer": recipe };
const build = ["build", "tiny.lfer"];

/** The kind of a file or stream, by its first bytes. */
function kindOf(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString("latin1");
  if (text.startsWith("<svg") || text.startsWith("<?xml")) return "svg";
  if (/^.{7}\0\{"/s.test(text)) return "safetensors";
  if (/^.{0,8}lferc/s.test(text)) return "onnx";
  return text.startsWith("lfer_graph") ? "ir" : text.slice(0, 40);
}

/** As run by a shell; stdout as bytes. */
function piped(cwd: string, ...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [lfercPath(), ...build, ...args], {
    cwd,
    env: { ...process.env, NO_COLOR: "1" },
  });
  return { status, stdout, stderr: stderr.toString() };
}

suite("lferc build -o", (test) => {
  for (const [output, kind] of [
    ["a.onnx", "onnx"],
    ["A.ONNX", "onnx"],
    ["deep.svg.onnx", "onnx"],
    ["a.svg", "svg"],
    ["a.safetensors", "safetensors"],
  ] as const) {
    test(`${output} is ${kind} without --target`, () =>
      inFolder(files, async (cwd) => {
        const { code, stderr } = await callLferc([...build, "-o", output], cwd);
        assert.is(code, 0, stderr);
        assert.is(kindOf(readFileSync(join(cwd, output))), kind);
      }));
  }

  test("what the ending does not tell is asked for, and nothing is written", () =>
    inFolder(files, async (cwd) => {
      mkdirSync(join(cwd, "folder"));
      for (const output of ["out", "folder", "folder/", "a.bin", "a.txt", "a.ir", ".onnx", "a.onnx.gz", "a.", "-"]) {
        const { code, stdout, stderr } = await callLferc([...build, "-o", output], cwd);
        assert.equal([output, code, stdout, codesIn(stderr)], [output, 2, "", ["tool/no-target"]]);
        assert.match(stderr, ".onnx, .safetensors, .svg");
      }
      assert.equal(readdirSync(cwd).sort(), ["folder", "tiny.lfer"]);
    }));

  test("an ending of another target is refused, whatever else the file's name is", () =>
    inFolder(files, async (cwd) => {
      for (const [target, output, ...more] of [
        ["onnx", "a.svg"],
        ["onnx", "a.safetensors"],
        ["onnx", "a.txt"],
        ["svg", "a.onnx"],
        ["svg", "A.Onnx"],
        ["safetensors", "a.onnx"],
        ["ir", "a.onnx"],
        ["ir", "a.svg"],
        ["onnx-train", "a.svg", "--recipe", "R"],
        ["tfjs-train", "a.onnx", "--recipe", "R"],
      ] as const) {
        const { code, stderr } = await callLferc([...build, "--target", target, "-o", output, ...more], cwd);
        assert.equal([target, output, code, codesIn(stderr)], [target, output, 2, ["tool/target-clash"]]);
        assert.not.ok(existsSync(join(cwd, output)));
      }
      for (const [target, output] of [
        ["svg", "picture"],
        ["svg", "picture.xml"],
        ["ir", "a.txt"],
        ["ir", "a.ir"],
        ["onnx", "a.bin"],
      ] as const) {
        const { code, stderr } = await callLferc([...build, "--target", target, "-o", output], cwd);
        assert.is(code, 0, stderr);
        assert.is(kindOf(readFileSync(join(cwd, output))), target);
      }
    }));

  test("what is said of an ending is the same with --target and without", () =>
    inFolder(files, async (cwd) => {
      for (const target of [[], ["--target", "onnx"]]) {
        const { code, stderr } = await callLferc([...build, ...target, "-o", "a.txt"], cwd);
        assert.is(code, 2);
        assert.match(stderr, '".txt" is an extension of ir');
      }
      assert.match((await callLferc([...build, "-o", "a.txt"], cwd)).stderr, "--target ir");
      assert.match((await callLferc([...build, "-o", "a.bin"], cwd)).stderr, '".bin" is not the extension of a target');
    }));

  test("a path that ends as a folder's is none of a file", () =>
    inFolder(files, async (cwd) => {
      mkdirSync(join(cwd, "d"));
      for (const output of ["d/a.onnx/", "d/a.onnx//", "d/a.onnx/.", "a.onnx/", "d/", "d/.."]) {
        const { code, stderr } = await callLferc([...build, "--target", "onnx", "-o", output], cwd);
        assert.equal([output, code, codesIn(stderr)], [output, 2, ["tool/wrong-usage"]]);
        assert.match(stderr, "a folder");
      }
      assert.is((await callLferc([...build, "-o", "a.onnx/"], cwd)).code, 2);
      assert.equal(readdirSync(cwd).sort(), ["d", "tiny.lfer"]);
      assert.equal(readdirSync(join(cwd, "d")), []);
    }));

  test("- is standard output, bytes and nothing else, and so is its name /dev/stdout", () =>
    inFolder(files, async (cwd) => {
      for (const target of ["onnx", "svg", "safetensors", "ir"]) {
        assert.is((await callLferc([...build, "--target", target, "-o", "file"], cwd)).code, 0);
        const expected = readFileSync(join(cwd, "file"));
        for (const output of ["-", "/dev/stdout"]) {
          const { status, stdout, stderr } = piped(cwd, "--target", target, "-o", output);
          assert.is(status, 0, stderr);
          assert.ok(stdout.equals(expected), `${target} to ${output}`);
          if (target !== "ir") assert.match(stderr, /^standard output: /);
        }
      }
      assert.equal(readdirSync(cwd).sort(), ["file", "tiny.lfer"]);
    }));

  test("a reader that goes away, and --watch into a stream", () =>
    inFolder(files, async (cwd) => {
      const gone = spawnSync(
        "/bin/sh",
        [
          "-c",
          `"$0" "$@" | head -c 1 >/dev/null`,
          process.execPath,
          lfercPath(),
          ...build,
          "--target",
          "onnx",
          "-o",
          "-",
        ],
        { cwd, encoding: "utf8" },
      );
      assert.not.match(gone.stderr, "bug");
      const watching = await callLferc([...build, "--target", "svg", "-o", "-", "--watch"], cwd);
      assert.equal([watching.code, codesIn(watching.stderr)], [2, ["tool/wrong-usage"]]);
    }));

  test("a pipe without a reader is refused, a device is not", () =>
    inFolder(files, async (cwd) => {
      assert.is(spawnSync("mkfifo", [join(cwd, "pipe.onnx")]).status, 0);
      const { code, stderr } = await callLferc([...build, "-o", "pipe.onnx"], cwd);
      assert.equal([code, codesIn(stderr)], [1, ["onnx/cannot-write-file"]]);
      assert.match(stderr, "a pipe that nobody reads from");
      assert.ok(lstatSync(join(cwd, "pipe.onnx")).isFIFO());
      assert.is((await callLferc([...build, "--target", "onnx", "-o", "/dev/null"], cwd)).code, 0);
    }));
});
