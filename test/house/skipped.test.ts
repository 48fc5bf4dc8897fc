// Without onnxruntime-node, `npm test` says what it skipped, and nothing else fails.
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { inFolder, root } from "../support/lferc.js";
import { suite } from "../support/suite.js";

/** `npm test` with one file, in a clone with the packages of the tests but without onnxruntime-node. */
function testWithoutRuntime(text: string): Promise<{ readonly code: number | null; readonly said: string }> {
  return inFolder({ "test/one.test.ts": text, "package.json": '{ "type": "module" }' }, (cwd) => {
    for (const folder of ["tools", "test/support"]) cpSync(join(root, folder), join(cwd, folder), { recursive: true });
    mkdirSync(join(cwd, "node_modules"));
    symlinkSync(join(root, "src"), join(cwd, "src"));
    for (const name of ["tsx", "uvu"]) symlinkSync(join(root, "node_modules", name), join(cwd, "node_modules", name));
    const run = spawnSync(process.execPath, ["tools/test.mjs"], { cwd, encoding: "utf8" });
    return { code: run.status, said: run.stdout + run.stderr };
  });
}

const suiteOf = (tests: string): string => `import { ort } from "./support/onnx-runtime.js";
import { suite } from "./support/suite.js";
suite("small", (test) => { ${tests} });
`;

suite("tests without onnxruntime-node", (test) => {
  test("those that say they need it are counted as skipped, the others run", async () => {
    const { code, said } = await testWithoutRuntime(
      suiteOf(
        'test("a", () => undefined); test.native("b", () => void ort.Tensor); test.native("c", () => undefined);',
      ),
    );
    assert.is(code, 0, said);
    assert.match(said, /^ small: 2 skipped, they need onnxruntime-node/m);
    assert.match(said, / Total: +1\n +Passed: +1\n +Skipped: +2\n/);
  });

  test("one that needs it and does not say so fails, and reads what to do", async () => {
    const { code, said } = await testWithoutRuntime(suiteOf('test("a", () => void ort.Tensor);'));
    assert.is(code, 1, said);
    assert.match(said, "tests that need it are declared by `test.native`");
  });
});
