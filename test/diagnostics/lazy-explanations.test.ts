// The bundle's catalogue creates its explanations and examples lazily (tools/lazy-explanations.mjs): they must be the same.
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import * as assert from "uvu/assert";
import { catalogue } from "../../src/diagnostics/catalogue.js";
// @ts-expect-error: the build is plain JavaScript
import { lazyExplanations, rewritten } from "../../tools/lazy-explanations.mjs";
import { inFolder, root } from "../support/lferc.js";
import { suite } from "../support/suite.js";

suite("the bundle's catalogue", (test) => {
  test("says what the sources' does, and most explanations only when they are asked for", () =>
    inFolder({}, async (scratch) => {
      const outfile = join(scratch, "catalogue.mjs");
      const entryPoints = [join(root, "src/diagnostics/catalogue.ts")];
      await build({ entryPoints, outfile, bundle: true, format: "esm", platform: "node", plugins: [lazyExplanations] });
      const { catalogue: lazy } = (await import(pathToFileURL(outfile).href)) as { catalogue: typeof catalogue };
      assert.equal(Object.keys(lazy), Object.keys(catalogue));
      for (const [code, entry] of Object.entries(catalogue)) {
        const made = lazy[code as keyof typeof catalogue];
        for (const name of ["severity", "explanation", "bad", "good"] as const) assert.equal(made[name], entry[name]);
        assert.equal(Object.keys(made), Object.keys(entry));
        assert.type(Object.getOwnPropertyDescriptor(made, "explanation")?.get, "function", code);
      }
    }));

  test("is cut at the ends of expressions, whatever stands in strings", () => {
    const bad = "f(`a, $".concat('{g({ b: "}`," })}`, [1, 2])');
    const good = '"\\","';
    const source = `const e = {\n    bad: ${bad},\n    good: ${good},\n    help: 1\n};\n`;
    const lazy = `const e = {\n    get bad() { return ${bad}; },\n    get good() { return ${good}; },\n    help: 1\n};\n`;
    assert.is(rewritten(source), lazy);
  });
});
