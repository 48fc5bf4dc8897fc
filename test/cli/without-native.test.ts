// lferc without onnxruntime-node: the built command line in a folder that contains nothing else.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { generateFace } from "../../src/data/generated-faces.js";
import { encodePng } from "../../src/data/png.js";
import type { BenchResult } from "../../src/deploy/bench-result.js";
import { onnxRuntimeVersion } from "../../src/version.js";
import { codesIn, inFolder, type Ran, root, runLferc, standAlone } from "../support/lferc.js";
import { hasOnnxRuntime } from "../support/onnx-runtime.js";
import { suite } from "../support/suite.js";
import { smallSource } from "../training/small-course.js";

const files = {
  "m.lfer": smallSource({ augment: "[horizontal_flip(0.5)]", run: "batch: 16, epochs: 2" }),
  "face.png": encodePng(generateFace("surprise", 101, 16)),
};

/** Runs the body in a folder where lferc is installed with sharp only. */
const alone = (body: (cwd: string, lferc: (...args: readonly string[]) => Ran) => void): Promise<void> =>
  inFolder(files, (cwd) => {
    const script = standAlone(cwd);
    mkdirSync(join(cwd, "node_modules"));
    symlinkSync(join(root, "node_modules/sharp"), join(cwd, "node_modules/sharp"), "junction");
    body(cwd, (...args) => runLferc(args, { cwd, script }));
  });

const command = `ONNXRUNTIME_NODE_INSTALL=skip npm install onnxruntime-node@${onnxRuntimeVersion}`;
const notice = `onnxruntime-node cannot be loaded: it is not installed; using ONNX Runtime in WebAssembly instead, which is slower. To install it beside lfer: \`${command}\`.`;

/** The text on stderr without the notice, which must occur once, and without the steps that a busy machine's proof tells. */
function saidBesideNotice({ stderr }: Ran): string {
  assert.is(stderr.split(notice).length, 2, `the notice once: ${stderr}`);
  assert.is(stderr.split("\n").filter((line) => line === notice).length, 1, "in a line of its own");
  return stderr.replace(`${notice}\n`, "").replace(/^proof, step .*\n/gm, "");
}

function passed(ran: Ran): Ran {
  assert.is(ran.code, 0, ran.stderr);
  return ran;
}

const train = (out: string, ...more: readonly string[]): readonly string[] => [
  ...["train", "m.lfer", "--recipe", "Try", "--data", "generated", "--limit", "48", "--out", out],
  ...more,
];

suite("without onnxruntime-node", (test) => {
  test("the command in the notice is that of npm for the version in package.json", () => {
    const { optionalDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    assert.ok(notice.includes(`onnxruntime-node@${optionalDependencies["onnxruntime-node"]}\``));
  });

  test("lferc trains, says on what, and its model answers; the same again and resumed gives the same bytes", () =>
    alone((cwd, lferc) => {
      const said = saidBesideNotice(passed(lferc(...train("a"))));
      assert.match(said, "ort-wasm, portable");
      const about = JSON.parse(readFileSync(join(cwd, "a/run.json"), "utf8"));
      const engine = { name: "ort-wasm", description: "ort-wasm, portable", threads: 1, version: onnxRuntimeVersion };
      assert.equal(about.engine, engine);
      const first = passed(lferc(...train("b", "--epochs", "1", "--threads", "2")));
      assert.equal(codesIn(first.stderr), ["engine/fixed-threads"]);
      assert.is(JSON.parse(readFileSync(join(cwd, "b/run.json"), "utf8")).engine.threads, 1);
      passed(lferc(...train("b", "--resume", "--epochs", "2")));
      for (const file of ["last.safetensors", "best.safetensors", "model.onnx"]) {
        assert.ok(readFileSync(join(cwd, "a", file)).equals(readFileSync(join(cwd, "b", file))), file);
      }
      const asked = passed(lferc("predict", "a/model.onnx", "face.png"));
      assert.match(asked.stdout, /^face\.png {2}(?:surprise|happy|neutral) [\d.]+%/);
      assert.is(saidBesideNotice(asked), "");
    }));

  test("a build is proven in WebAssembly, and says so", () =>
    alone((cwd, lferc) => {
      const said = saidBesideNotice(passed(lferc("build", "m.lfer", "-o", "m.onnx")));
      assert.match(said, /^m\.onnx: .*rewritten graph [\d.e-]+, in ONNX Runtime \(WebAssembly\) [\d.e-]+\n$/);
      const native = runLferc(["build", "m.lfer", "-o", "native.onnx"], { cwd });
      if (hasOnnxRuntime) assert.match(passed(native).stderr, /^native\.onnx: .*, in ONNX Runtime [\d.e-]+\n$/);
      assert.ok(readFileSync(join(cwd, "m.onnx")).equals(readFileSync(join(cwd, "native.onnx"))));
      const step = lferc("build", "m.lfer", "--target", "onnx-train", "--recipe", "Try", "-o", "step.onnx");
      assert.match(saidBesideNotice(passed(step)), /each op in ONNX Runtime \(WebAssembly\) equal to the reference/);
    }));

  test("the library, run from sources, proves in it too and says which it was", () => {
    const script = `
      import { buildOnnx, compile, load, memoryHost } from "./src/index.ts";
      const sources = await load(memoryHost({ "m.lfer": process.argv[1] }), "m.lfer");
      const built = await buildOnnx(compile(sources).models[0], sources);
      console.log(JSON.stringify([built.kind, built.runtimeMissing, built.verification.engine, built.verification.fileError]));`;
    const options = ["--import", "./test/support/without-native.mjs", "--import", "tsx", "--input-type=module"];
    const args = [...options, "--eval", script, files["m.lfer"]];
    const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: "utf8" });
    assert.is(stderr, "");
    const [kind, missing, engine, error] = JSON.parse(stdout);
    assert.equal([kind, missing, engine], ["built", null, "ort-wasm"]);
    assert.ok(error > 0 && error < 1e-4, String(error));
  });

  test("it comes with lferc: two files beside the bundle", () =>
    alone((cwd) => {
      for (const file of ["ort-wasm-simd-threaded.mjs", "ort-wasm-simd-threaded.wasm"]) {
        assert.ok(existsSync(join(cwd, "dist/onnxruntime-web", file)), file);
      }
    }));

  test("bench measures in it, on its one thread", () =>
    alone((_, lferc) => {
      for (const [args, codes] of [
        [["m.lfer", "--threads", "4"], ["engine/fixed-threads"]],
        [["m.lfer", "--recipe", "Try"], []],
      ] as const) {
        const ran = passed(lferc("bench", ...args, "--steps", "2", "--format", "json"));
        assert.equal(codesIn(saidBesideNotice(ran)), [...codes]);
        const { results } = JSON.parse(ran.stdout) as { readonly results: readonly BenchResult[] };
        assert.equal(
          results.map(({ engine, threads, profile }) => [engine, threads, profile]),
          [["ort-wasm", 1, []]],
        );
      }
    }));

  test("the engine ort, asked for by name, is refused with the command that installs it", () =>
    alone((cwd, lferc) => {
      for (const args of [train("a", "--engine", "ort"), ["bench", "m.lfer", "--engine", "ort"]]) {
        const ran = lferc(...args);
        assert.is(ran.code, 1);
        assert.equal(codesIn(ran.stderr), ["onnx/no-runtime"]);
        assert.ok(ran.stderr.includes(command), ran.stderr);
      }
      assert.not.ok(existsSync(join(cwd, "a")));
    }));

  test("lferc info says that ort-wasm runs here, and how to get the other", () =>
    alone((_, lferc) => {
      const { stdout, stderr } = passed(lferc("info"));
      assert.is(stderr, "");
      assert.match(stdout, `\nort-wasm       ${onnxRuntimeVersion}    CPU, WebAssembly, 1 thread\n`);
      assert.match(stdout, `\nort            not here  ${command}\n`);
    }));
});

suite("with onnxruntime-node", (test) => {
  test("ort-wasm can be asked for, without a notice", () =>
    inFolder(files, (cwd) => {
      const ran = passed(runLferc([...train("a", "--epochs", "1"), "--engine", "ort-wasm"], { cwd }));
      assert.not.match(ran.stderr, /instead, which is slower/);
      assert.is(JSON.parse(readFileSync(join(cwd, "a/run.json"), "utf8")).engine.name, "ort-wasm");
    }));
});
