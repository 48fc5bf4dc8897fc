import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import * as assert from "uvu/assert";
import { diagnoseText } from "../../src/testing/compile-text.js";
import { inFolder, root, runLferc } from "../support/lferc.js";
import { suite } from "../support/suite.js";

const readme = readFileSync(join(root, "README.md"), "utf8");
const [, example = ""] = /^```js\n([\s\S]*?)^```$/m.exec(readme) ?? [];
const [, tiny = ""] = /^`tiny\.lfer`:\n\n```lfer\n([\s\S]*?)^```$/m.exec(readme) ?? [];

suite("the README's example of the library", (test) => {
  test("runs as it stands there, beside the README's model, and counts as the command does", async () => {
    assert.match(example, /from "lfer"/);
    assert.equal(await diagnoseText(tiny), []);
    // From the sources: which file "lfer" stands for is package.json's word, and the packed package's test.
    const library = pathToFileURL(join(root, "src/index.ts")).href;
    const program = example.replaceAll('from "lfer"', `from "${library}"`);
    await inFolder({ "tiny.lfer": tiny, "example.mjs": program }, (cwd) => {
      const tsx = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
      const { FORCE_COLOR: _, ...env } = process.env;
      const run = spawnSync(process.execPath, ["--import", tsx, "example.mjs"], { cwd, env, encoding: "utf8" });
      assert.equal([run.status, run.stderr], [0, ""]);
      const stats = JSON.parse(runLferc(["stats", "tiny.lfer", "--format", "json"], { cwd }).stdout) as {
        readonly params: { readonly total: number };
      };
      assert.is(run.stdout, `0 ${stats.params.total}\n`);
    });
  });
});
