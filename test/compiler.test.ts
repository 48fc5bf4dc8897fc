import * as assert from "uvu/assert";
import { inModel } from "../src/diagnostics/catalogue/example.js";
import { printGraph } from "../src/ir/text.js";
import { suite } from "./support/suite.js";
import { compile, diagnose, expectDiagnostics } from "./support/tester.js";

const second = "\nmodel Second {\n  input x: float32[N, 3, 4, 4]\n  y = x -> conv(2)\n  output y\n}\n";
const one = inModel("logits = image -> conv(8)");
const names = async (text: string, model?: string): Promise<readonly string[]> =>
  (await compile(text, model === undefined ? {} : { model })).models.map(({ name }) => name);

suite("compiler", (test) => {
  test("which models: all, the main one, or one by name", async () => {
    const text = `${one}variant V = M\n`;
    assert.equal(await names(text), ["M", "V"]);
    assert.equal(await names(text, "all"), ["M", "V"]);
    assert.equal(await names(text, "main"), ["M"]);
    assert.equal(await names(text, "V"), ["V"]);
    assert.equal(await names(`${text}${second}`, "main"), ["M", "V", "Second"]);
    expectDiagnostics(text, await diagnose(text, { model: "W" }), [
      { code: "resolve/unknown-model", message: `Did you mean "M"?` },
    ]);
  });

  test("a model that is asked for but wrong is not called unknown", async () => {
    const text = inModel("logits = image -> conv(8) -> -> relu");
    expectDiagnostics(text, await diagnose(text, { model: "M" }), [{ code: "syntax/missing-stage" }]);
  });

  test("a mistake in one model leaves the others", async () => {
    const text = `${inModel("logits = image -> grid(3, 3, relu)")}${second}`;
    const { models, diagnostics, modelNames } = await compile(text);
    assert.equal(
      models.map(({ name }) => name),
      ["Second"],
    );
    assert.equal(modelNames, ["M", "Second"]);
    assert.equal(
      diagnostics.map(({ code }) => code),
      ["shape/grid-does-not-fit"],
    );
  });

  test("graphs alone: no recipes, budgets or lints", async () => {
    const text = `${inModel("_a = image\nside = image -> conv(2)\nlogits = image -> conv(8)")}check M { params <= 1 }\n`;
    assert.equal(
      (await diagnose(text)).map(({ code }) => code),
      ["lint/unused-binding", "budget/exceeded"],
    );
    const { diagnostics, checks, models } = await compile(text, { graphsOnly: true });
    assert.equal([diagnostics, checks, models.length], [[], [], 1]);
  });

  test("diagnostics come by file and place", async () => {
    const files = {
      "main.lfer": inModel(
        "logits = image -> A -> B -> cnv(3)",
        `import { A } from "./a.lfer"\nimport { B } from "./b.lfer"`,
      ),
      "b.lfer": "lfer 1\n\nblock B = rellu\n",
      "a.lfer": "lfer 1\n\nblock A = rellu -> rellu\n",
    };
    expectDiagnostics(files, await diagnose(files), [
      { code: "resolve/unknown-name", at: "main.lfer:8:31" },
      { code: "resolve/unknown-name", at: "a.lfer:3:11" },
      { code: "resolve/unknown-name", at: "a.lfer:3:20" },
      { code: "resolve/unknown-name", at: "b.lfer:3:11" },
    ]);
  });

  test("an entry that is not there has no place", async () => {
    const { diagnostics, models } = await compile({ "other.lfer": one });
    assert.equal(
      diagnostics.map(({ code, span }) => [code, span]),
      [["tool/no-such-path", undefined]],
    );
    assert.equal(models, []);
  });

  test("an empty file is fine, and anything else ends in diagnostics", async () => {
    expectDiagnostics("", await diagnose(""), []);
    expectDiagnostics("lfer 1\n", await diagnose("lfer 1\n"), []);
    for (const text of ["\0", "\ud800", "}{", "model", "lfer 2", "N", "block B =", "import", '"']) {
      assert.ok((await diagnose(text)).length > 0, JSON.stringify(text));
    }
  });

  test("the same text gives the same graph, whatever was compiled before", async () => {
    const text = (await compile(one)).models.map(({ graph }) => printGraph(graph));
    await compile(`${inModel("logits = image -> repeat(9, conv(3))")}${second}`);
    assert.equal(
      (await compile(one)).models.map(({ graph }) => printGraph(graph)),
      text,
    );
  });
});
