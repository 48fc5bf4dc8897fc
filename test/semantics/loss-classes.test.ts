// Classes of a recipe's loss are matched by name: the order of a list does not change what is learnt.
import * as assert from "uvu/assert";
import { interpret } from "../../src/reference/interpret.js";
import type { ElaboratedRecipe } from "../../src/semantics/recipes/recipes.js";
import { suite } from "../support/suite.js";
import { compile } from "../support/tester.js";

interface Parts {
  readonly student?: string;
  readonly aux?: string;
  readonly teacher?: string;
  readonly frozen?: string;
  readonly width?: number;
  readonly loss?: string;
}

const list = (labels: readonly string[]): string => `labels([${labels.map((label) => `"${label}"`).join(", ")}])`;
const own = ["cat", "dog", "owl", "yak"];
/** An order that is not its own inverse: applied in the wrong direction it is another one. */
const cycled = ["yak", "cat", "owl", "dog"];
const named = (labels: readonly string[]): string => `: ${list(labels)}`;

const source = ({
  student = named(own),
  aux = "",
  teacher = named(own),
  frozen = `frozen(Large, weights: "large.safetensors")`,
  width = 4,
  loss = "kl(softmax(teacher.logits), student.logits)",
}: Parts): string => `lfer 1

import { cross_entropy, kl, weighted_cross_entropy } from "std/losses"

model Small {
  input image: float32[N, 3, 8, 8]
  logits = image -> global_avg_pool -> flatten -> linear(4)
  aux = logits -> relu
  output logits${student}
  output aux${aux} in training
}
model Large {
  input image: float32[N, 3, 8, 8]
  features = image -> global_avg_pool -> flatten
  logits = features -> linear(${width})
  output features
  output logits${teacher}
}
const _all = (cross_entropy, kl, weighted_cross_entropy([1]))
recipe R {
  student = Small
  teacher = ${frozen}
  data = folder()
  loss = ${loss}
  optimizer = sgd(lr: 0.1)
  train = run(batch: 4, epochs: 1)
}
`;

async function made(parts: Parts): Promise<ElaboratedRecipe> {
  const { recipes, diagnostics } = await compile(source(parts));
  assert.equal(
    diagnostics.map(({ message }) => message),
    [],
  );
  return recipes[0] as ElaboratedRecipe;
}

const problems = async (parts: Parts) =>
  (await compile(source(parts))).diagnostics.map(({ code, message, help }) => ({ code, text: `${message} ${help}` }));
const codes = async (parts: Parts) => (await problems(parts)).map(({ code }) => code);

/** The outputs of each network, by class. */
const answers: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  "student.logits": { cat: 1.5, dog: -0.25, owl: 0.75, yak: -2 },
  "student.aux": { cat: 0.5, dog: 3, owl: -1, yak: 0.125 },
  "teacher.logits": { cat: -1, dog: 2.5, owl: 0.1, yak: 1.25 },
  "data.label": { cat: 0.1, dog: 0.2, owl: 0.3, yak: 0.4 },
};

/** The loss if each input is in the order of its own labels. */
async function lossOf(parts: Parts, orders: Readonly<Record<string, readonly string[]>>): Promise<number> {
  const { loss } = await made(parts);
  const inputs = loss.inputs.map(({ name }) => {
    const values = (orders[name] ?? own).map((label) => answers[name]?.[label] ?? Number.NaN);
    return [name, { shape: [1, 4], data: Float64Array.from(values) }] as const;
  });
  return interpret(loss, { inputs: Object.fromEntries(inputs), slots: {}, batch: 1 }).loss?.data[0] ?? Number.NaN;
}

suite("classes of a loss: matched by name", (test) => {
  for (const loss of [
    "kl(softmax(teacher.logits), student.logits)",
    "kl(softmax(teacher.logits), student.logits) + cross_entropy(student.logits, data.label)",
    "cross_entropy((teacher.logits + student.logits) / 2, data.label)",
    "cross_entropy(student.logits, 0.5 * data.label + 0.5 * softmax(teacher.logits))",
    "mean(square(slice(teacher.logits, axis: 1, to: 2) - slice(student.logits, axis: 1, to: 2)))",
  ]) {
    test(`a teacher's order changes nothing: ${loss}`, async () => {
      const same = await lossOf({ loss }, {});
      assert.ok(Number.isFinite(same));
      assert.is(await lossOf({ loss, teacher: named(cycled) }, { "teacher.logits": cycled }), same);
      // Labels in the recipe take precedence over those of the model.
      const frozen = `frozen(Large, weights: "w", labels: [${cycled.map((label) => `"${label}"`).join(", ")}])`;
      assert.is(await lossOf({ loss, frozen }, { "teacher.logits": cycled }), same);
      assert.is(await lossOf({ loss, frozen, teacher: "" }, { "teacher.logits": cycled }), same);
      // The outputs differ by class: in the wrong order they give another loss.
      assert.is.not(await lossOf({ loss }, { "teacher.logits": cycled }), same);
    });
  }

  test("a further output of the student, in an order of its own", async () => {
    const loss = "cross_entropy(student.logits + student.aux, data.label)";
    const same = await lossOf({ loss, aux: named(own) }, {});
    assert.is(await lossOf({ loss, aux: named(cycled) }, { "student.aux": cycled }), same);
    // Without labels the given order is used.
    assert.is(await lossOf({ loss }, {}), same);
  });

  test("weights of classes: by the student's order, or by names of their own", async () => {
    const call = "weighted_cross_entropy(student.logits, data.label, weights:";
    const same = await lossOf({ loss: `${call} [1, 2, 4, 8])` }, {});
    const byName = `${call} [8, 1, 4, 2], classes: ["yak", "cat", "owl", "dog"])`;
    assert.is(await lossOf({ loss: byName }, {}), same);
    assert.is.not(await lossOf({ loss: `${call} [8, 1, 4, 2])` }, {}), same);
    assert.equal(await codes({ loss: `${call} [8, 1, 4], classes: ["yak", "cat"])` }), ["recipe/list-labels"]);
    assert.equal(await codes({ loss: `${call} [1, 2, 4, 8], classes: ["a", "b", "c", "d"])` }), [
      "recipe/classes-differ",
    ]);
  });

  test("accents written apart are the same name", async () => {
    const accented = ["é", "b", "c", "d"];
    assert.equal(
      await codes({ student: named(accented), teacher: named(accented.map((e) => e.normalize("NFD"))) }),
      [],
    );
  });
});

suite("classes of a loss: what does not go together", (test) => {
  test("other names: both lists, and the recipe's line ready to paste", async () => {
    const [found, ...more] = await problems({ teacher: named(["kitten", "puppy", "owlet", "calf"]) });
    assert.equal([found?.code, more], ["recipe/classes-differ", []]);
    for (const part of [
      "[kitten, puppy, owlet, calf]",
      "[cat, dog, owl, yak]",
      `frozen(Large, weights: "large.safetensors", labels: ["cat", "dog", "owl", "yak"])`,
    ]) {
      assert.ok(found?.text.includes(part), found?.text);
    }
    assert.equal(await codes({ teacher: named(["Cat", "dog", "owl", "yak"]) }), ["recipe/classes-differ"]);
  });

  test("more classes than the student has: the shapes do not fit, and both lists are said", async () => {
    const { diagnostics } = await compile(source({ width: 5, teacher: named([...own, "zebu"]) }));
    assert.equal(
      diagnostics.map(({ code }) => code),
      ["shape/broadcast-mismatch"],
    );
    const notes = diagnostics.flatMap(({ related }) => related.map(({ message }) => message));
    assert.ok(
      notes.some((note) => note.includes("[cat, dog, owl, yak, zebu]") && note.includes("[cat, dog, owl, yak]")),
    );
  });

  test("however the loss brings them together", async () => {
    const teacher = named(["kitten", "puppy", "owlet", "calf"]);
    for (const loss of [
      "cross_entropy(student.logits, softmax(teacher.logits))",
      "mean(teacher.logits * student.logits)",
      "mean(sum(teacher.logits, axes: [0]) - sum(student.logits, axes: [0]))",
      "mean(concat(teacher.logits, student.logits, axis: 0))",
      "mean(maximum(transpose(teacher.logits, permutation: [1, 0]), transpose(student.logits, permutation: [1, 0])))",
      "mean(matmul(teacher.logits, transpose(student.logits, permutation: [1, 0])))",
      "mean(reshape(teacher.logits, shape: [N, 4, 1]) - reshape(data.label, shape: [N, 4, 1]))",
      "mean(reshape(teacher.logits, shape: [N, 2, 2]) - reshape(student.logits, shape: [N, 2, 2]))",
      "mean(slice(teacher.logits, axis: 1, to: 2) - slice(student.logits, axis: 1, to: 2))",
      "if training then mean(student.logits) else mean(teacher.logits * data.label)",
    ]) {
      assert.equal(await codes({ teacher, loss }), ["recipe/classes-differ"], loss);
    }
  });

  test("a part of the classes is compared by name, too", async () => {
    const teacher = named([...own, "zebu"]);
    const first = "slice(teacher.logits, axis: 1, to: 4)";
    assert.equal(await codes({ width: 5, teacher, loss: `mean(${first} - student.logits)` }), []);
    const last = "slice(teacher.logits, axis: 1, from: 1)";
    assert.equal(await codes({ width: 5, teacher, loss: `mean(${last} - student.logits)` }), ["recipe/classes-differ"]);
  });

  test("what has no classes any more, or never had, meets what it likes", async () => {
    const teacher = named(["kitten", "puppy", "owlet", "calf"]);
    const similar = (of: string) => `matmul(${of}, transpose(${of}, permutation: [1, 0]))`;
    for (const loss of [
      "mean(square(teacher.features)) + mean(student.logits)",
      "mean(sum(teacher.logits, axes: [1]) * sum(student.logits, axes: [1]))",
      `mean(square(${similar("teacher.logits")} - ${similar("student.logits")}))`,
      "mean(student.logits) + mean(teacher.logits)",
    ]) {
      assert.equal(await codes({ teacher, loss }), [], loss);
    }
  });

  test("a list of numbers needs to know whose they are", async () => {
    const call = "weighted_cross_entropy(student.logits, data.label, weights:";
    assert.equal(await codes({ student: "", loss: `${call} [1, 2, 4, 8])` }), ["recipe/list-without-labels"]);
    assert.equal(await codes({ student: "", loss: `${call} [1, 2, 4, 8], classes: ["a", "b", "c", "d"])` }), [
      "recipe/list-without-labels",
    ]);
    const smeared =
      "mean(reshape(student.logits * 1, shape: [N, 2, 2]) * reshape(vector([1, 2, 4, 8]), shape: [2, 2]))";
    assert.equal(await codes({ student: "", loss: smeared }), ["recipe/list-without-labels"]);
    const summed = "mean(matmul(student.logits, reshape(vector([1, 2, 4, 8]), shape: [4, 1])))";
    assert.equal(await codes({ student: "", loss: summed }), ["recipe/list-without-labels"]);
    const joined = "mean(student.logits * concat(vector([1]), vector([2]), vector([3]), vector([4]), axis: 0))";
    assert.equal(await codes({ student: "", loss: joined }), ["recipe/list-without-labels"]);
    const part = "mean(slice(student.logits, axis: 1, from: 1, to: 3))";
    assert.equal(await codes({ student: "", loss: part }), ["recipe/list-without-labels"]);
    assert.equal(await codes({ student: "", loss: `${call} [2, 2, 2, 2])` }), [], "the same for all");
  });

  test("labels of a frozen network name an output of it", async () => {
    const frozen = (labels: string) => `frozen(Large, weights: "w", labels: ${labels})`;
    assert.equal(await codes({ frozen: frozen(`["a", "b"]`) }), ["recipe/frozen-labels"]);
    assert.equal(await codes({ frozen: frozen(`"a"`) }), ["recipe/wrong-frozen"]);
    assert.equal(await codes({ frozen: `frozen(Large, labels: ["a"])` }), ["recipe/wrong-frozen"]);
    assert.equal(await codes({ frozen: `frozen(Large, weights: "w", names: ["a"])` }), ["recipe/wrong-frozen"]);
  });
});

suite("classes of a loss: what only training knows", (test) => {
  const takenBy = async (parts: Parts) => Object.fromEntries((await made(parts)).teacher?.taken ?? []);

  test("a teacher without labels takes the order of what it meets", async () => {
    assert.equal(await takenBy({ teacher: "" }), { logits: own });
    assert.equal(await takenBy({ teacher: "", student: "" }), { logits: "data" });
    assert.equal(await takenBy({ teacher: named(cycled), student: "" }), { logits: "data" });
    for (const loss of [
      "mean(vector([1, 2, 4, 8]) * teacher.logits) + mean(student.logits)",
      "mean(slice(teacher.logits, axis: 1, to: 2)) + mean(student.logits)",
      "mean(student.logits + softmax(reshape(teacher.logits, shape: [N, 4])))",
    ]) {
      assert.equal(await takenBy({ teacher: "", loss }), { logits: own }, loss);
    }
  });

  test("a further output of the student takes one meaning, wherever it is taught", async () => {
    const teach = "kl(softmax(teacher.logits), student.aux)";
    const label = "cross_entropy(student.aux, data.label)";
    for (const loss of [
      `${teach} + ${label}`,
      `${label} + ${teach}`,
      `${teach} + mean(student.aux * student.logits)`,
    ]) {
      assert.equal(await takenBy({ teacher: "", loss }), { logits: own }, loss);
      assert.equal(await takenBy({ teacher: "", student: "", loss }), { logits: "data" }, loss);
      assert.equal(await codes({ teacher: named(["a", "b", "c", "d"]), loss }), ["recipe/classes-differ"], loss);
    }
    // What it learns only from the teacher is not compared with anything.
    assert.equal(await takenBy({ teacher: "", loss: teach }), {});
  });

  test("features are no classes", async () => {
    const loss = "mean(square(teacher.features)) + mean(student.logits)";
    assert.equal(await takenBy({ teacher: "", loss }), {});
    assert.equal(
      await takenBy({ teacher: "", loss: "mean(vector([1, 2, 4]) * teacher.features) + mean(student.logits)" }),
      {},
    );
  });
});
