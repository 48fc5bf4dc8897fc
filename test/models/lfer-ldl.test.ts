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

  test("a network for another data set takes that one's mean and deviation", async () => {
    const picture = async (model: string) => (await compiled(model)).inputs[0]?.picture;
    const raf = { mean: [0.57536, 0.44929, 0.4008], std: [0.20736, 0.18982, 0.18132] };
    assert.equal(await picture("lfer_ldl"), raf);
    assert.equal(await picture("lfer_ldl_8"), {
      mean: [0.55391, 0.43522, 0.38219],
      std: [0.24837, 0.21626, 0.20221],
    });
  });

  test("the teacher of its recipe sees RAF-DB's pictures as it was trained to, not ImageNet's", async () => {
    const sources = await load(nodeHost(root), "models/lfer_ldl.lfer");
    const { recipes } = compile(sources, { recipe: "RafDb" });
    const pictures = [recipes[0]?.student, recipes[0]?.teacher?.model].map(
      (network) => network?.graph.inputs[0]?.picture,
    );
    assert.equal(pictures[1], pictures[0]);
    assert.equal(pictures[1]?.mean, [0.57536, 0.44929, 0.4008]);
  });

  test("mean and deviation are settings like any other, and a list of another length is refused", async () => {
    const sources = await load(nodeHost(root), "models/lfer_ldl.lfer");
    const set = (text: string) =>
      compile(sources, { model: "LferLdl", graphsOnly: true, set: new Map([["mean", text]]) });
    assert.equal(set("[0.1, 0.2, 0.3]").models[0]?.graph.inputs[0]?.picture?.mean, [0.1, 0.2, 0.3]);
    assert.equal(
      set("[0.1, 0.2]").diagnostics.map(({ code }) => code),
      ["value/wrong-length"],
    );
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
