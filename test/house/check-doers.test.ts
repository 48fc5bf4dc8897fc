// Every name in a check, and in a model's inputs and outputs, is declared and has an effect.
import * as assert from "uvu/assert";
import { graphDigest } from "../../src/ir/graph-digest.js";
import { conventions, type MeasuredName, measuredFigures, plainMeasures } from "../../src/recipe/measures.js";
import { records } from "../../src/semantics/calls/records.js";
import { suite } from "../support/suite.js";
import { compile } from "../support/tester.js";

const small = (io: string, check: string): string => `lfer 1
model M {
  input image: float32[N, 3, 12, 12] = ${io}
  logits = image -> conv(4, stride: 2) as stem -> batch_norm -> relu -> flatten -> linear(3)
  output logits: labels(["a", "b", "c"])
}
${check}
`;
const usualPicture = "picture(mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25])";

suite("every name of a check and of a model's ends has a doer", (test) => {
  const claimed = async (claim: string): Promise<readonly string[]> => {
    const { diagnostics } = await compile(small(usualPicture, `check M { ${claim} }`));
    return diagnostics.filter(({ severity }) => severity === "error").map(({ code }) => code);
  };

  test("each quantity of each convention, of the whole and of a part, and each plain measure is measured", async () => {
    const measured = (Object.entries(conventions) as [string, readonly string[]][]).flatMap(
      ([convention, quantities]) =>
        quantities.flatMap((quantity) => [`${quantity}("${convention}")`, `${quantity}("${convention}", at: "stem")`]),
    );
    for (const measure of [...measured, ...plainMeasures]) {
      assert.equal(await claimed(`${measure} > 0`), [], measure);
      const broken = await claimed(`${measure} < 0`);
      assert.is(broken.length, 1, measure);
      assert.match(broken[0] ?? "", /^budget\//, measure);
    }
  });

  test("each figure that was measured is held to its result", async () => {
    const [model] = (await compile(small(usualPicture, ""))).models;
    assert.ok(model);
    const graphSha256 = graphDigest(model.graph);
    for (const [name, { by, unit }] of Object.entries(measuredFigures)) {
      const of = by === "eval" ? "faces/test" : "phone";
      const result = {
        name: name as MeasuredName,
        of,
        value: 0.5,
        model: "M",
        modelSha256: "",
        graphSha256,
        file: "r",
      };
      const held = async (claim: string): Promise<readonly string[]> => {
        const results = { files: ["r"], results: [result] };
        const { diagnostics } = await compile(small(usualPicture, `check M { ${claim} }`), { results });
        return diagnostics.map(({ code }) => code);
      };
      const time = unit === "ms" ? "ms" : "";
      assert.equal(await held(`${name}("${of}") <= 0.5${time}`), [], name);
      assert.equal(await held(`${name}("${of}") <= 0.4${time}`), ["budget/exceeded"], name);
      assert.equal(await claimed(`${name}("${of}") <= 0.5${time}`), ["budget/no-result"], name);
    }
  });

  test("each comparison, each sign between figures, and a tolerance decide", async () => {
    const params = 4 * 3 * 9 + 2 * 4 + 3 * 144 + 3;
    for (const [claim, holds] of [
      [`params == ${params}`, true],
      [`params == ${params + 1}`, false],
      [`params != ${params + 1}`, true],
      [`params != ${params}`, false],
      [`params < ${params + 1}`, true],
      [`params < ${params}`, false],
      [`params <= ${params}`, true],
      [`params <= ${params - 1}`, false],
      [`params > ${params - 1}`, true],
      [`params > ${params}`, false],
      [`params >= ${params}`, true],
      [`params >= ${params + 1}`, false],
      [`params == ${params + 1} within 1`, true],
      [`params == ${params + 2} within 1`, false],
      [`params == ${params + 5} within 1%`, true],
      [`params == ${params + 9} within 1%`, false],
      [`params + params == ${2 * params}`, true],
      [`params - params == 0`, true],
      ["params / params == 1", true],
      [`params * 2 == ${2 * params}`, true],
      [`params * 2 == ${params}`, false],
    ] as const) {
      assert.is((await claimed(claim)).length === 0, holds, claim);
    }
  });

  test("each field of picture(...) and labels(...) is in the graph that everything is made from", async () => {
    const others: Readonly<Record<string, Readonly<Record<string, (text: string) => string>>>> = {
      picture: {
        mean: (text) => text.replace("mean: [0.5, 0.5, 0.5]", "mean: [0.1, 0.2, 0.3]"),
        std: (text) => text.replace("std: [0.25, 0.25, 0.25]", "std: [1, 2, 3]"),
      },
      labels: { names: (text) => text.replace('["a", "b", "c"]', '["c", "a", "b"]') },
    };
    const declared = Object.entries(records).map(([name, { parameters }]) => [
      name,
      parameters.map((each) => each.name),
    ]);
    assert.equal(
      Object.entries(others).map(([name, fields]) => [name, Object.keys(fields)]),
      declared,
    );
    const ends = async (text: string): Promise<string> => {
      const { models } = await compile(text);
      return JSON.stringify([models[0]?.graph.inputs, models[0]?.graph.outputs]);
    };
    const text = small(usualPicture, "");
    const before = await ends(text);
    for (const fields of Object.values(others)) {
      for (const [name, change] of Object.entries(fields)) assert.is.not(await ends(change(text)), before, name);
    }
  });
});
