import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import { statsOf } from "../../src/analysis/stats.js";
import { compile, load } from "../../src/compiler.js";
import { isProblem } from "../../src/diagnostics/diagnostic.js";
import { nodeHost } from "../../src/hosts/node-host.js";
import { suite } from "../support/suite.js";

type Figures = Readonly<Record<string, number>>;

const { networks } = JSON.parse(readFileSync(new URL("exact-counts.json", import.meta.url), "utf8")) as {
  readonly networks: Readonly<Record<string, Readonly<Record<string, Figures | number>>>>;
};

const root = fileURLToPath(new URL("../../", import.meta.url));

/** The file under models/ that has the network of that name. */
const fileOf = (name: string): string =>
  ["lfer_ldl", "resnet", "mobilenet_v2"].find((file) => name.startsWith(file.slice(0, 4))) ?? "shufflenet_v2";

suite("the networks under models/ count as the tools say", (test) => {
  for (const [name, { params, ...wanted }] of Object.entries(networks)) {
    test(name, async () => {
      const sources = await load(nodeHost(root), `models/${fileOf(name)}.lfer`);
      const { models, diagnostics } = compile(sources, { model: name, graphsOnly: true });
      assert.equal(
        diagnostics.map(({ message }) => message),
        [],
      );
      const graph = models.find((model) => model.name === name)?.graph;
      if (graph === undefined) throw new Error(`models/${fileOf(name)}.lfer has no ${name}`);
      const stats = statsOf(graph, { locate: () => "?" });
      if (isProblem(stats)) throw new Error(stats.diagnose({}).message);
      const counts = stats.counts as Readonly<Record<string, Figures>>;
      assert.equal(Object.fromEntries(Object.keys(wanted).map((tool) => [tool, counts[tool]])), wanted);
      assert.is(stats.params.total, params);
    });
  }
});
