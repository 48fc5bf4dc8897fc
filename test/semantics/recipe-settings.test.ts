import * as assert from "uvu/assert";
import { type Graph, typeOf } from "../../src/ir/graph.js";
import { suite } from "../support/suite.js";
import { compile } from "../support/tester.js";

const text = (student = "M", teacher = `frozen(T(classes: 3), weights: "w")`): string =>
  `lfer 1

import { cross_entropy, kl } from "std/losses"

model M(classes: int = 3, size: int = 16, kind: "wide" | "narrow" = "wide") {
  input image: float32[N, 3, size, size]
  logits = image -> conv(if kind == "wide" then 8 else 4) -> global_avg_pool -> flatten -> linear(classes)
  more = logits -> relu
  output logits
  output more in training
}
model T(classes: int = 1000, size: int = 64, width: int = 2) {
  input image: float32[N, 3, size, size] = picture(mean: [0.1, 0.1, 0.1], std: [0.5, 0.5, 0.5])
  logits = image -> conv(width) -> global_avg_pool -> flatten -> linear(classes)
  output logits
}
variant T24 = T(classes: 3, size: 24)

recipe Taught(mix: float = 0.5, kind: bool = true, open: int) {
  student   = ${student}
  teacher   = ${teacher}
  data      = folder()
  loss      = (1 - mix) * cross_entropy(student.logits, data.label) + mix * kl(softmax(teacher.logits), student.logits)
  optimizer = sgd(lr: 0.1)
  train     = run(batch: 4, epochs: open)
}
recipe Alone(beta: float = 0.5, size_of_step: int = 2) {
  student   = M
  data      = folder()
  loss      = beta * cross_entropy(student.logits, data.label)
  optimizer = sgd(lr: beta)
  train     = run(batch: 4, epochs: size_of_step)
}
`;

const sizeOf = (graph: Graph | undefined): unknown =>
  graph === undefined ? undefined : typeOf(graph, graph.inputs[0]?.value as never).shape[2];

async function asked(source: string, recipe: string, set: Readonly<Record<string, string>> = {}) {
  const { recipes, models, diagnostics } = await compile(source, { recipe, set: new Map(Object.entries(set)) });
  const [made] = recipes;
  const messages = diagnostics.map(({ code, message }) => `${code}: ${message}`);
  return { made, models, messages, codes: diagnostics.map(({ code }) => code) };
}

suite("a recipe asked for by name", (test) => {
  test("is made alone, with its student in both forms", async () => {
    const { made, models, codes } = await asked(text(), "Alone");
    assert.equal(codes, []);
    assert.is(made?.name, "Alone");
    assert.equal(
      made?.student.graph.outputs.map(({ name }) => name),
      ["logits", "more"],
    );
    assert.equal(
      models.map(({ name }) => name),
      ["M"],
    );
    assert.equal(
      models[0]?.graph.outputs.map(({ name }) => name),
      ["logits"],
    );
  });

  test("needs its open parameters", async () => {
    const { made, messages } = await asked(text(), "Taught");
    assert.is(made, undefined);
    assert.equal(messages, [`type/missing-argument: Taught needs "open"`]);
    const given = await asked(text(), "Taught", { open: "7" });
    assert.equal(given.codes, []);
    assert.is(given.made?.settings.train.fields.epochs, 7);
  });

  test("a wrong name, with what was meant", async () => {
    const { messages } = await asked(text(), "Alon");
    assert.equal(messages, [`recipe/unknown-recipe: main.lfer has no recipe "Alon". Did you mean "Alone"?`]);
  });
});

suite("--set of a recipe", (test) => {
  test("reaches the recipe's parameters", async () => {
    const { made, codes } = await asked(text(), "Alone", { beta: "0.25", size_of_step: "9" });
    assert.equal(codes, []);
    assert.is(made?.settings.optimizer.fields.lr, 0.25);
    assert.is(made?.settings.train.fields.epochs, 9);
  });

  test("else the student's, in both its forms", async () => {
    const { made, models, codes } = await asked(text(), "Alone", { size: "32", kind: "narrow" });
    assert.equal(codes, []);
    assert.is(sizeOf(made?.student.graph), 32);
    assert.is(sizeOf(models[0]?.graph), 32);
    assert.equal(made?.student.graph.slots[0]?.name, "logits.conv.weight");
    assert.is(typeOf(made?.student.graph as Graph, made?.student.graph.slots[0]?.value as never).shape[0], 4);
  });

  test("the recipe's own parameter goes before the student's, which a prefix reaches", async () => {
    const { made, codes } = await asked(text(), "Taught", { open: "1", kind: "false", "student.kind": "narrow" });
    assert.equal(codes, []);
    assert.is(typeOf(made?.student.graph as Graph, made?.student.graph.slots[0]?.value as never).shape[0], 4);
  });

  test("a teacher is at the student's size, and keeps its own preprocessing", async () => {
    const at = async (source: string, set: Readonly<Record<string, string>>): Promise<readonly unknown[]> => {
      const { made, codes } = await asked(source, "Taught", { open: "1", ...set });
      assert.equal(codes, []);
      assert.equal(made?.teacher?.model.graph.inputs[0]?.picture?.mean, [0.1, 0.1, 0.1]);
      return [sizeOf(made?.student.graph), sizeOf(made?.teacher?.model.graph)];
    };
    assert.equal(await at(text(), {}), [16, 16]);
    assert.equal(await at(text(), { size: "32" }), [32, 32]);
    assert.equal(await at(text("M(size: 20)"), {}), [20, 20]);
    assert.equal(await at(text(), { "student.size": "40" }), [40, 40]);
    assert.equal(await at(text(), { size: "32", "teacher.size": "48" }), [32, 48]);
  });

  test("unless the recipe or a variant says the teacher's size", async () => {
    for (const [teacher, size] of [
      [`frozen(T(classes: 3, size: 12), weights: "w")`, 12],
      [`frozen(T24, weights: "w")`, 24],
    ] as const) {
      const { made, codes } = await asked(text("M", teacher), "Taught", { open: "1", size: "32" });
      assert.equal(codes, []);
      assert.equal([sizeOf(made?.student.graph), sizeOf(made?.teacher?.model.graph)], [32, size]);
    }
  });

  test("a name that nobody has, with what was meant", async () => {
    const messagesOf = async (recipe: string, key: string) =>
      (await asked(text(), recipe, { open: "1", [key]: "1" })).messages.filter((m) => !m.includes('"open"'));
    const [first = ""] = await messagesOf("Alone", "bete");
    assert.match(
      first,
      /^recipe\/unknown-setting: .*neither Alone nor its student has a parameter "bete"\. Did you mean "beta"\?$/,
    );
    assert.match((await messagesOf("Taught", "width"))[0] ?? "", /Did you mean "teacher\.width"\?/);
    assert.match((await messagesOf("Taught", "teacher.sise"))[0] ?? "", /Did you mean "teacher\.size"\?/);
    assert.match((await messagesOf("Alone", "teacher.size"))[0] ?? "", /^recipe\/unknown-setting/);
    // Names of Object.prototype are not parameters.
    assert.match((await messagesOf("Alone", "constructor"))[0] ?? "", /^recipe\/unknown-setting/);
  });

  test("a value of another type", async () => {
    const { messages, made } = await asked(text(), "Alone", { beta: "much", "student.size": "big", kind: "wied" });
    assert.is(made, undefined);
    assert.equal(
      messages.map((message) => message.split(":")[0]),
      ["value/wrong-setting", "value/wrong-setting", "value/wrong-setting"],
    );
    assert.ok(messages.some((message) => message.includes('"student.size" is int')));
  });

  test("a value that the network cannot have is reported where the recipe asks for it", async () => {
    const { made, codes } = await asked(text(), "Alone", { size: "0" });
    assert.is(made, undefined);
    assert.ok(codes.length > 0);
  });
});
