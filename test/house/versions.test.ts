import { readFileSync } from "node:fs";
import * as assert from "uvu/assert";
import { onnxRuntimeVersion, version } from "../../src/version.js";
import { suite } from "../support/suite.js";

const manifest = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));

suite("package.json", (test) => {
  test("the version is said once", () => assert.is(version, manifest.version));

  test("both builds of ONNX Runtime are of one release, so that both have the same ops", () => {
    assert.is(onnxRuntimeVersion, manifest.optionalDependencies["onnxruntime-node"]);
    assert.is(onnxRuntimeVersion, manifest.devDependencies["onnxruntime-web"]);
  });

  test("every dependency is pinned", () => {
    const all = { ...manifest.optionalDependencies, ...manifest.devDependencies };
    for (const [name, range] of Object.entries(all)) assert.match(String(range), /^\d+\.\d+\.\d+$/, name);
  });
});
