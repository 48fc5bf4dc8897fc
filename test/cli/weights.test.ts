// Weights written by PyTorch, from the command line to the outputs of ONNX Runtime.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { readSafetensors } from "../../src/weights/safetensors.js";
import { inFolder, runLferc } from "../support/lferc.js";
import { ort } from "../support/onnx-runtime.js";
import { suite } from "../support/suite.js";

const kept = (name: string): Uint8Array => readFileSync(new URL(`../weights/pytorch/${name}`, import.meta.url));

/** The network of test/weights/pytorch/make_files.py, and a recipe that hardly changes it. */
const model = `lfer 1

import { cross_entropy } from "std/losses"

model Tiny(size: int = 8) {
  input image: float32[N, 3, size, size] = picture(mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25])
  body = image -> conv(4, padding: 0) -> batch_norm -> relu
  head = body -> global_avg_pool -> flatten -> linear(2)
  output head: labels(["happy", "neutral"])
}

recipe Still {
  student   = Tiny
  data      = folder()
  loss      = cross_entropy(student.head, data.label)
  optimizer = sgd(lr: 1e-12)
  train     = run(batch: 8, epochs: 1)
}
`;
/** Of other shapes. */
const other = `lfer 1

model Other {
  input image: float32[N, 3, 8, 8]
  deep = image -> conv(5) -> relu -> conv(6) -> relu
  fc = deep -> global_avg_pool -> flatten -> linear(2)
  output fc
}
`;
const map = "features.0 -> body.conv\nfeatures.1 -> body.batch_norm\n";
const files = {
  "tiny.lfer": model,
  "names.map": map,
  "tiny.pth": kept("tiny.pth"),
  "wrapped.pth": kept("tiny-wrapped.pth"),
  "legacy.pth": kept("tiny-legacy.pth"),
};

/** PyTorch's outputs for this picture. */
const picture = Float32Array.from({ length: 192 }, (_, i) => i / 64 - 1);
const expected = JSON.parse(
  readFileSync(new URL("../weights/pytorch/answer.json", import.meta.url), "utf8"),
) as number[];

async function answerOf(path: string): Promise<readonly number[]> {
  const session = await ort.InferenceSession.create(path, { logSeverityLevel: 3 });
  const { head } = await session.run({ image: new ort.Tensor("float32", picture, [1, 3, 8, 8]) });
  await session.release();
  return [...(head!.data as Float32Array)];
}

function assertAnswer(found: readonly number[]): void {
  assert.is(found.length, expected.length);
  for (const [i, value] of found.entries())
    assert.ok(Math.abs(value - expected[i]!) < 1e-6, `${found}, not ${expected}`);
}

const build = (cwd: string, ...args: readonly string[]) => runLferc(["build", "tiny.lfer", ...args], { cwd });

suite("lferc build --weights of PyTorch", (test) => {
  test.native("answers as PyTorch does, whatever form the file has, and says how the names were read", () =>
    inFolder(files, async (cwd) => {
      const said = [
        ["tiny.pth", "tiny.pth: names by the map names.map\n"],
        ["legacy.pth", "legacy.pth: names by the map names.map\n"],
        ["wrapped.pth", 'wrapped.pth: the weights under "state_dict"; names by the map names.map\n'],
      ] as const;
      for (const [file, words] of said) {
        const built = build(cwd, "-o", "m.onnx", "--weights", file, "--weights-map", "names.map");
        assert.is(built.code, 0, built.stderr);
        assert.ok(built.stderr.startsWith(words), built.stderr);
        assert.ok(built.stderr.includes("equal to the reference"));
        assertAnswer(await answerOf(join(cwd, "m.onnx")));
      }
    }),
  );

  test.native("--target safetensors writes them under the model's names, which need no map", () =>
    inFolder(files, async (cwd) => {
      const args = ["--weights", "tiny.pth", "--weights-map", "names.map"];
      const written = build(cwd, "--target", "safetensors", "-o", "own.safetensors", ...args);
      assert.is(written.code, 0, written.stderr);
      assert.ok(written.stderr.includes("own.safetensors: 1.1 kB, 7 tensors of Tiny"), written.stderr);
      const built = build(cwd, "-o", "m.onnx", "--weights", "own.safetensors");
      assert.is(built.code, 0, built.stderr);
      assert.not(built.stderr.includes("names"));
      assertAnswer(await answerOf(join(cwd, "m.onnx")));
    }),
  );

  test.native("the proposed map, saved as the message says, is what was missing", () =>
    inFolder(files, async (cwd) => {
      const refused = build(cwd, "-o", "m.onnx", "--weights", "tiny.pth");
      assert.is(refused.code, 1);
      assert.ok(refused.stderr.includes("error[weights/names-differ]"), refused.stderr);
      assert.is(refused.stdout, "features.0 -> body.conv\nfeatures.1 -> body.batch_norm\n");
      writeFileSync(join(cwd, "proposed.map"), refused.stdout);
      const built = build(cwd, "-o", "m.onnx", "--weights", "tiny.pth", "--weights-map", "proposed.map");
      assert.is(built.code, 0, built.stderr);
      assertAnswer(await answerOf(join(cwd, "m.onnx")));
    }),
  );

  test.native("--weights-map auto applies it unseen, and says so", () =>
    inFolder(files, async (cwd) => {
      const built = build(cwd, "-o", "m.onnx", "--weights", "tiny.pth", "--weights-map", "auto");
      assert.is(built.code, 0, built.stderr);
      assert.match(built.stderr, "tiny.pth: names by a map made from names and shapes, which do not prove");
      assert.is(built.stdout, "");
      assertAnswer(await answerOf(join(cwd, "m.onnx")));
    }),
  );

  test("what is no file of weights is called by its name, and what fits nowhere is shown beside the model", () =>
    inFolder({ ...files, "lfs.pth": "version https://git-lfs.github.com/spec/v1\n", "other.lfer": other }, (cwd) => {
      const pointer = build(cwd, "-o", "m.onnx", "--weights", "lfs.pth");
      assert.is(pointer.code, 1);
      assert.match(pointer.stderr, "lfs.pth is a Git LFS pointer");
      assert.match(pointer.stderr, "git lfs pull");
      const refused = runLferc(["build", "other.lfer", "-o", "m.onnx", "--weights", "tiny.pth"], { cwd });
      assert.is(refused.code, 1);
      assert.is(refused.stderr.split("error[").length, 2, refused.stderr);
      assert.match(refused.stderr, "error[weights/nothing-fits]");
      assert.match(refused.stderr, /^in tiny\.pth +in the model Other$/m);
      assert.match(refused.stderr, /^features\.0 \[4, 3, 3, 3\] +deep\.conv_1 \[5, 3, 3, 3\]$/m);
      assert.is(refused.stdout, "");
    }));

  test("a map is no map without weights, and is not written over", () =>
    inFolder(files, (cwd) => {
      for (const target of ["onnx", "svg"]) {
        const alone = build(cwd, "--target", target, "-o", "m.out", "--weights-map", "names.map");
        assert.is(alone.code, 2);
        assert.ok(alone.stderr.includes("--weights-map goes with --weights"), alone.stderr);
      }
      const over = build(
        cwd,
        "--target",
        "onnx",
        "-o",
        "names.map",
        "--weights",
        "tiny.pth",
        "--weights-map",
        "names.map",
      );
      assert.is(over.code, 1);
      assert.ok(over.stderr.includes("onnx/output-is-input"), over.stderr);
      assert.is(readFileSync(join(cwd, "names.map"), "utf8"), map);
    }));

  test("a mistake in a map is shown in its line", () =>
    inFolder({ ...files, "names.map": `${map}head -> {x}\n` }, (cwd) => {
      const { code, stderr } = build(cwd, "-o", "m.onnx", "--weights", "tiny.pth", "--weights-map", "names.map");
      assert.is(code, 1);
      assert.ok(stderr.includes("names.map:3:1"), stderr);
      assert.ok(stderr.includes("head -> {x}"), stderr);
    }));
});

suite("lferc train --weights", (test) => {
  test("begins with the weights of the file, and only goes on with a run that did", () =>
    inFolder(files, (cwd) => {
      const train = (...more: readonly string[]) =>
        runLferc(
          ["train", "tiny.lfer", "--recipe", "Still", "--data", "generated", "--limit", "16", "--out", "run", ...more],
          { cwd },
        );
      const given = ["--weights", "tiny.pth", "--weights-map", "names.map"];
      const ran = train(...given);
      assert.is(ran.code, 0, ran.stderr);
      assert.ok(ran.stderr.includes("tiny.pth: names by the map names.map"), ran.stderr);
      const read = (file: string) => {
        const result = readSafetensors(new Uint8Array(readFileSync(join(cwd, file))), file);
        assert.is(result.kind, "read");
        return result.kind === "read" ? result.value.tensors : assert.unreachable();
      };
      assert.is(build(cwd, "--target", "safetensors", "-o", "own.safetensors", ...given).code, 0);
      const [begun, ended] = [read("own.safetensors"), read("run/last.safetensors")];
      for (const name of ["body.conv.weight", "body.batch_norm.bias", "head.weight"]) {
        const moved = [...begun!.get(name)!.float32()].map((value, i) =>
          Math.abs(value - ended!.get(name)!.float32()[i]!),
        );
        assert.ok(Math.max(...moved) < 1e-6, name);
      }
      const about = JSON.parse(readFileSync(join(cwd, "run/run.json"), "utf8")) as { readonly weightsSha256: string };
      assert.match(about.weightsSha256, /^[0-9a-f]{64}$/);
      const resumed = train("--resume", "--epochs", "2");
      assert.is(resumed.code, 1);
      assert.ok(resumed.stderr.includes("train/"), resumed.stderr);
      assert.is(train("--resume", "--epochs", "2", ...given).code, 0);
    }));
});
