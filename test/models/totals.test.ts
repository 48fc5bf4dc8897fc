import { readdirSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { statsOf } from "../../src/analysis/stats.js";
import { compile, load } from "../../src/compiler.js";
import { isProblem } from "../../src/diagnostics/diagnostic.js";
import { nodeHost } from "../../src/hosts/node-host.js";
import { assertGolden } from "../support/goldens.js";
import { root } from "../support/lferc.js";
import { suite } from "../support/suite.js";

suite("models: totals of every network", (test) => {
  for (const file of readdirSync(join(root, "models")).sort()) {
    if (!file.endsWith(".lfer")) continue;
    test(file, async () => {
      const { models, diagnostics } = compile(await load(nodeHost(root), `models/${file}`));
      assert.equal(
        diagnostics.filter(({ severity }) => severity === "error").map(({ message }) => message),
        [],
      );
      const totals = models.map(({ name, graph }) => {
        const stats = statsOf(graph, { locate: () => "" });
        if (isProblem(stats)) throw new Error(stats.diagnose({}).message);
        const { params, counts, memory } = stats;
        return [name, { nodes: graph.nodes.length, params, counts, memory }];
      });
      assertGolden(
        `models/${file.replace(".lfer", "")}.totals.json`,
        `${JSON.stringify(Object.fromEntries(totals), undefined, 2)}\n`,
      );
    });
  }
});
