// A model is compiled once for the same values: the results must be the same as if it were compiled alone, each time.
import * as assert from "uvu/assert";
import { suite } from "../support/suite.js";
import { compile } from "../support/tester.js";

const model = (parameters: string, statements = "logits = image -> conv(4) -> flatten", outputs = "output logits") =>
  `lfer 1

model M(${parameters}) {
  input image: float32[N, 3, 8, 8]
  ${statements}
  ${outputs}
}
`;

/** Which of the file's models share their nodes: for each the first one with the same nodes. */
async function madeOf(text: string): Promise<readonly string[]> {
  const { models, diagnostics } = await compile(text);
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  assert.equal(errors, []);
  for (const made of models) {
    const [alone] = (await compile(text, { model: made.name })).models;
    assert.equal({ ...made, blocks: made.blocks() }, { ...alone, blocks: alone?.blocks() });
    assert.is(made.graph.name, made.name);
  }
  return models.map(({ graph }) => models.find((other) => other.graph.nodes === graph.nodes)?.name ?? "");
}

suite("semantics: a model is made once for the same values", (test) => {
  test("however they are given", async () => {
    const sized = model("a: int = 1, b: float = 2, names: [string] = []");
    const variants = "variant A = M\nvariant B = M(1)\nvariant C = M(b: 2.0, a: 1)\nvariant D = A(names: [])\n";
    assert.equal(await madeOf(`${sized}${variants}`), ["M", "M", "M", "M", "M"]);
  });

  test("and anew for others", async () => {
    const given = model('a: [int] = [1], b: (int, int) = (1, 2), c: string = "1", d: bool = true, e: float = 0');
    const others = ["a: [1, 2]", "a: []", "b: (1, 3)", 'c: "1\\","', "d: false", "e: 1"];
    const variants = others.map((other, i) => `variant V${i} = M(${other})\n`);
    const names = ["M", ...others.map((_, i) => `V${i}`)];
    assert.equal(await madeOf(`${given}${variants.join("")}`), names);
  });

  test("it counts for the limit of work each time: its nodes are gone through each time", async () => {
    const deep = model("", "x = image -> repeat(5000, relu)\n  logits = x -> conv(4) -> flatten");
    const of = async (count: number): Promise<readonly string[]> => {
      const variants = Array.from({ length: count }, (_, i) => `variant V${i} = M\n`).join("");
      return (await compile(`${deep}${variants}`)).diagnostics.map(({ code }) => code);
    };
    assert.equal(await of(3), []);
    assert.ok((await of(100)).includes("limit/too-much-work"));
  });

  test("one that takes a layer is made each time", async () => {
    const text = `${model("act: layer = relu", "logits = image -> conv(4) -> act -> flatten")}variant V = M\nvariant W = M(act: tanh)\n`;
    assert.equal(await madeOf(text), ["M", "V", "W"]);
  });

  test("of two models that look alike each is made", async () => {
    const text = `${model("")}model O {\n  input image: float32[N, 3, 8, 8]\n  logits = image -> conv(5) -> flatten\n  output logits\n}\n`;
    assert.equal(await madeOf(text), ["M", "O"]);
  });

  const recipe = `recipe R {
  student   = M
  data      = folder()
  loss      = mean((student.logits - data.label) * (student.logits - data.label))
  optimizer = sgd(lr: 0.1)
  train     = run(batch: 2, epochs: 1)
}
`;
  const classes = "logits = image -> global_avg_pool -> flatten -> linear(2)";

  test("a student is the model, where training makes no difference to it", async () => {
    const { models, recipes, diagnostics } = await compile(`${model("", classes)}${recipe}`);
    assert.equal(diagnostics, []);
    assert.is(recipes[0]?.student.graph.nodes, models[0]?.graph.nodes);
  });

  for (const [what, statements, outputs] of [
    ["a constant", `${classes} -> (if training then relu else tanh)`, "output logits"],
    ["an output", `${classes}\n  more = logits -> relu`, "output logits\n  output more in training"],
  ] as const) {
    test(`a student is as training sees it, where ${what} asks for it`, async () => {
      const { models, recipes, diagnostics } = await compile(
        `${model("", statements, outputs)}${recipe}${recipe.replace("R", "S")}`,
      );
      assert.equal(diagnostics, []);
      const [student, other] = recipes.map((each) => each.student.graph.nodes);
      const ops = (nodes: readonly { readonly op: string }[] = []) => nodes.map(({ op }) => op);
      assert.ok(student);
      assert.is(other, student);
      assert.not.equal(ops(student), ops(models[0]?.graph.nodes));
    });
  }

  test("what is wrong with it is said for each variant's own arguments, and once where it is in the model", async () => {
    const text = `${model("c: int", "logits = image -> conv(8 / c) -> flatten")}variant A = M(3)\nvariant B = M(3)\nvariant C = M(2)\n`;
    const { models, diagnostics } = await compile(text);
    assert.equal(
      diagnostics.map(({ code, related }) => [code, related.at(-1)?.message]),
      [["value/inexact-division", "in variant A"]],
    );
    assert.equal(
      models.map(({ name }) => name),
      ["C"],
    );
  });
});
