// `npm ci` must install the same with any version of npm and any network.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { withoutInstallScripts } from "../../tools/generate-lock.js";
import { root } from "../support/lferc.js";
import { suite } from "../support/suite.js";

interface Lock {
  readonly packages: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

const lockText = readFileSync(join(root, "package-lock.json"), "utf8");
const lock = JSON.parse(lockText) as Lock;

const marked = ({ packages }: Lock): readonly string[] =>
  Object.keys(packages).filter((folder) => "hasInstallScript" in (packages[folder] ?? {}));

suite("package-lock.json", (test) => {
  test("marks no install script: where onnxruntime-node's cannot fetch CUDA, npm 10 drops the package in silence", () => {
    assert.ok("node_modules/onnxruntime-node" in lock.packages);
    assert.equal(marked(lock), [], "npm run gen takes the marks away");
  });

  test("npm run gen takes away the marks that npm puts back, and nothing else", () => {
    const again = Object.entries(lock.packages).map(([folder, about]) => [
      folder,
      { ...about, hasInstallScript: true },
    ]);
    const renewed = { ...lock, packages: Object.fromEntries(again) } as Lock;
    assert.is(marked(renewed).length, Object.keys(lock.packages).length);
    assert.fixture(withoutInstallScripts(JSON.stringify(renewed)), lockText);
  });
});
