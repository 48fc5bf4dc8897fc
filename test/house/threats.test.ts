// docs/threat-model.md promises that lferc uses no network and runs no code that an input brings.
import { readdirSync, readFileSync } from "node:fs";
import { join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import { suite } from "../support/suite.js";

const src = fileURLToPath(new URL("../../src/", import.meta.url));

/** The lines of the sources that match, by `FILE: TEXT`; what is generated from an official file is not ours. */
function linesWith(pattern: RegExp): readonly string[] {
  const files = (readdirSync(src, { recursive: true }) as string[]).filter(
    (file) => file.endsWith(".ts") && !file.split(sep).includes("generated"),
  );
  return files.flatMap((file) => {
    const lines = readFileSync(join(src, file), "utf8").split("\n");
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
      "cli/bench.command.ts",
      "cli/tour.command.ts",
      "training/engines/ort/provider-probe.ts",
    ]);
    assert.equal(linesWith(/\b(?:execFile|execSync|exec|fork)\(\s*["'`]/), []);
    assert.equal(linesWith(/\bspawn(?:Sync)?\((?!process\.execPath)/), []);
  });

  test("load no module that an input could name", () => {
    // A name that is not written out comes from a list, a default or a script in the same file.
    const computed = linesWith(/\bimport\((?!["'])/).map((line) => line.split(":")[0]);
    assert.equal(computed.toSorted(), [
      "cli/info.command.ts",
      "training/engines/ort/provider-probe.ts",
      "training/engines/tfjs/runtime.ts",
    ]);
  });
});
