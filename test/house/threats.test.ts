// docs/threat-model.md promises that lferc uses no network, writes only where it was told and runs no code from an input.
// This test checks the sources; test/process/ checks the process, including libraries.
import { readdirSync, readFileSync } from "node:fs";
import { join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import { suite } from "../support/suite.js";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** The lines of a folder's sources that match, as `FILE: TEXT`; files generated from official schemas are excluded. */
function linesWith(pattern: RegExp, folder = "src"): readonly string[] {
  const files = (readdirSync(join(root, folder), { recursive: true }) as string[]).filter(
    (file) => /\.(?:ts|mjs)$/.test(file) && !file.split(sep).includes("generated"),
  );
  return files.flatMap((file) => {
    const lines = readFileSync(join(root, folder, file), "utf8").split("\n");
    return lines.filter((line) => pattern.test(line)).map((line) => `${file.split(sep).join("/")}: ${line.trim()}`);
  });
}

suite("the sources", (test) => {
  test("open no connection", () => {
    assert.equal(
      linesWith(
        /(?:from |import\(|import )["'](?:node:)?(?:https?|http2|net|tls|dgram|dns|inspector)(?:\/promises)?["']/,
      ),
      [],
    );
    assert.equal(linesWith(/\b(?:fetch|WebSocket|EventSource|XMLHttpRequest)\(/), []);
  });

  test("make no code of text", () => {
    assert.equal(linesWith(/\beval\(|\bnew Function\(|["'](?:node:)?vm["']/), []);
  });

  test("start no programme but themselves", () => {
    const starters = linesWith(/["'](?:node:)?child_process["']/).map((line) => line.split(":")[0]);
    assert.equal(starters.toSorted(), [
      "cli/bench-turns.ts",
      "cli/study-child.ts",
      "cli/tour.command.ts",
      "engines/own-process.ts",
    ]);
    assert.equal(linesWith(/\b(?:execFile|execSync|exec|fork)\(\s*["'`]/), []);
    assert.equal(linesWith(/\bspawn(?:Sync)?\((?!process\.execPath)/), []);
  });

  test("load no module that an input could name", () => {
    // A computed name comes from a list, a default or a script in the same file.
    const computed = linesWith(/\bimport\((?!["'])/).map((line) => line.split(":")[0]);
    assert.equal(computed.toSorted(), [
      "data/loader/crew.ts",
      "engines/ort/provider-probe.ts",
      "engines/tfjs/any-tfjs.ts",
      "engines/tfjs/gpu-probe.ts",
      "engines/tfjs/tfjs-runtime.ts",
      "engines/tfjs/webgpu-in-node.ts",
      // The module printed here, in which a source's names and texts are literals.
      "targets/tfjs-train/load-module.ts",
    ]);
  });

  test("keep no compiled code between runs, which would be a folder that nobody asked for", () => {
    assert.equal(linesWith(/enableCompileCache|NODE_COMPILE_CACHE/), []);
  });

  test("import no TensorFlow.js: only an engine that is asked for loads it, and the proof of a model for it", () => {
    assert.equal(linesWith(/(?:\bfrom |\bimport |\bimport\(|\brequire\()["']@tensorflow\//), []);
    const named = linesWith(/= ["']@tensorflow\//).map((line) => line.split(":")[0]);
    assert.equal(named.toSorted(), ["engines/tfjs/gpu-probe.ts", "engines/tfjs/tfjs-kinds.ts"]);
  });

  test("load ONNX Runtime in one place, which turns off what it would send and print", () => {
    const isType = /\bimport type\b|= typeof import\(/;
    const loading =
      /(?:\bfrom |\bimport |\bimport\(|\brequire\(|\bresolve\(|\bimport\.meta\.resolve\()["']onnxruntime-(?!web)/;
    const loadersOf = (folder: string): readonly string[] =>
      linesWith(loading, folder).filter((line) => !isType.test(line));
    assert.equal(
      loadersOf("src").map((line) => line.split(":")[0]),
      ["deploy/onnx-runtime.ts", "deploy/onnx-runtime.ts"],
    );
    for (const folder of ["test", "tools", "bench", "examples"]) assert.equal(loadersOf(folder), [], folder);
  });

  test("open no session of ONNX Runtime with a log of its own", () => {
    // Every file that opens a session uses the options that turn the log off; the driver's probe has its own process, whose stderr is ignored.
    const files = linesWith(/\bInferenceSession\.create\(/).map((line) => line.split(":")[0]);
    const silent = linesWith(/^(?!import\b).*(?:\bsilentLog\b|\bsessionOptions\()/).map((line) => line.split(":")[0]);
    assert.equal(
      [...new Set(files)].filter((file) => !silent.includes(file)),
      ["engines/ort/provider-probe.ts"],
    );
    assert.equal(
      linesWith(/logSeverityLevel/).map((line) => line.split(":")[0]),
      ["targets/onnx/session-log.ts"],
    );
  });
});
