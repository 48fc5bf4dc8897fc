import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { compile as compileSources, load } from "../../src/compiler.js";
import { memoryHost } from "../../src/hosts/memory-host.js";
import { root } from "../support/lferc.js";
import { suite } from "../support/suite.js";
import { compile, expectNoDiagnostics } from "../support/tester.js";

suite("docs/language.md", (test) => {
  test("the weights listed behind an example are the example's, in order", async () => {
    const page = readFileSync(join(root, "docs/language.md"), "utf8");
    const listed = [...page.matchAll(/^```lfer\n((?:(?!```).*\n)*)```\n\n```text weights\n([^`]*)```$/gm)];
    assert.ok(listed.length > 0);
    for (const [, text = "", names = ""] of listed) {
      const { models } = await compile(text);
      const slots = models.flatMap(({ graph }) => graph.slots.map((slot) => slot.name));
      assert.equal(slots, names.trim().split("\n"));
    }
  });
});

/** What an example may import. */
const models = Object.fromEntries(
  readdirSync(join(root, "models"))
    .filter((file) => file.endsWith(".lfer"))
    .map((file) => [`models/${file}`, readFileSync(join(root, "models", file), "utf8")]),
);

suite("examples/", (test) => {
  // Their checks contain figures from PyTorch and fvcore for the same networks.
  const names = readdirSync(join(root, "examples")).filter((file) => file.endsWith(".lfer"));
  // They may import each other.
  const examples = Object.fromEntries(
    names.map((name) => [`examples/${name}`, readFileSync(join(root, "examples", name), "utf8")]),
  );
  for (const name of names) {
    test(`${name} compiles and keeps its budget`, async () => {
      const file = `examples/${name}`;
      assert.match(examples[file] ?? "", /^check /m);
      const texts = { ...models, ...examples };
      const { diagnostics } = compileSources(await load(memoryHost(texts), file));
      // Errors in a file under models/ are not this test's.
      const own = diagnostics.filter(({ span, severity }) => span?.file === file || severity === "error");
      expectNoDiagnostics(texts, own);
    });
  }
});
