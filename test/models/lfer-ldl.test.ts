import * as assert from "uvu/assert";
import { compile, load } from "../../src/compiler.js";
import { nodeHost } from "../../src/hosts/node-host.js";
import { printGraph } from "../../src/ir/text.js";
import { assertGolden } from "../support/goldens.js";
import { root } from "../support/lferc.js";
import { suite } from "../support/suite.js";

const compiled = async (model: string) => {
  const { models } = compile(await load(nodeHost(root), "models/lfer_ldl.lfer"), { model, graphsOnly: true });
  const graph = models[0]?.graph;
  assert.ok(graph, `there is no ${model}`);
  return graph;
};

suite("models/lfer_ldl.lfer", (test) => {
  test("every weight has its name and shape: they are an interface", async () => {
    const graph = await compiled("LferLdl");
    const lines = graph.slots.map(
      ({ name, value, role }) => `${name} [${graph.types[value]?.shape.join(", ")}] ${role}\n`,
    );
    assertGolden("models/lfer_ldl.weights.txt", lines.join(""));
  });

  test("its graph", async () => {
    assertGolden("models/lfer_ldl.graph.txt", `${printGraph(await compiled("LferLdl"))}\n`);
  });

  test("the variants that change no layer have the same weights", async () => {
    const names = async (model: string) => (await compiled(model)).slots.map(({ name }) => name);
    const own = await names("LferLdl");
    assert.equal(await names("lfer_ldl"), own);
    assert.equal(await names("lfer_ldl_8"), own);
    const baseline = await names("lfer_baseline");
    assert.equal(
      baseline.filter((name) => !own.includes(name)),
      ["fc.weight", "fc.bias"],
    );
  });
});
