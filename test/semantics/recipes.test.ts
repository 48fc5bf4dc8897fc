import * as assert from "uvu/assert";
import { interpret } from "../../src/reference/interpret.js";
import { suite } from "../support/suite.js";
import { compile, diagnose, expectDiagnostics } from "../support/tester.js";
import { codesOf } from "./one-model.js";

interface Parts {
  readonly parameters?: string;
  readonly student?: string;
  readonly teacher?: string;
  readonly data?: string;
  readonly loss?: string;
  readonly optimizer?: string;
  readonly train?: string;
  readonly more?: string;
}

/** A file with a network of three classes and a recipe; what is not given is valid. */
const recipe = (parts: Parts = {}): string => `lfer 1

import { cross_entropy, kl, balanced_bce, dice, combo } from "std/losses"
import { smoothed_cross_entropy, weighted_cross_entropy, focal } from "std/losses"

model M(classes: int = 3) {
  input image: float32[N, 3, 8, 8]
  logits = image -> global_avg_pool -> flatten -> linear(classes)
  aux = logits -> relu
  output logits
  output aux in training
}
model Open(classes: int) {
  input image: float32[N, classes, 8, 8]
  logits = image -> flatten
  output logits
}
const _all = (cross_entropy, kl, balanced_bce(0.5), dice, combo, smoothed_cross_entropy, weighted_cross_entropy([1]), focal)
recipe R(${parts.parameters ?? ""}) {
  student   = ${parts.student ?? "M"}
  ${parts.teacher === undefined ? "" : `teacher   = ${parts.teacher}`}
  data      = ${parts.data ?? "folder()"}
  loss      = ${parts.loss ?? "cross_entropy(student.logits, data.label)"}
  optimizer = ${parts.optimizer ?? "sgd(lr: 0.1)"}
  train     = ${parts.train ?? "run(batch: 4, epochs: 1)"}
  ${parts.more ?? ""}
}
`;

/** The value of the loss in the reference interpreter. */
async function lossOf(loss: string, inputs: Readonly<Record<string, readonly (readonly number[])[]>>): Promise<number> {
  const parts = { loss, ...("teacher.logits" in inputs ? { teacher: `frozen(M, weights: "w")` } : {}) };
  const text = recipe(parts).replace("output logits", `output logits: labels(["a", "b", "c"])`);
  const { recipes, diagnostics } = await compile(text);
  assert.equal(
    diagnostics.map(({ message }) => message),
    [],
  );
  const graph = recipes[0]?.loss;
  assert.ok(graph);
  const batch = label.length;
  const tensors = graph.inputs.map(({ name }) => {
    const rows = inputs[name] ?? new Array<number[]>(batch).fill([0, 0, 0]);
    return [name, { shape: [batch, 3], data: Float64Array.from(rows.flat()) }] as const;
  });
  const { loss: found } = interpret(graph, { inputs: Object.fromEntries(tensors), slots: {}, batch });
  return found?.data[0] ?? Number.NaN;
}

const logits = [
  [1, 2, -1],
  [0.5, -0.5, 3],
];
const label = [
  [0, 1, 0],
  [0.7, 0.2, 0.1],
];
const inputs = { "student.logits": logits, "data.label": label };

const softmaxOf = (row: readonly number[]): number[] => {
  const total = row.reduce((sum, x) => sum + Math.exp(x), 0);
  return row.map((x) => Math.exp(x) / total);
};
const p = logits.map(softmaxOf);
const mean = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0) / numbers.length;
const total = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
const pairs = label.flatMap((row, i) => row.map((t, j) => [t, p[i]?.[j] ?? Number.NaN] as const));
const close = (actual: number, expected: number): void => {
  assert.ok(Math.abs(actual - expected) < 1e-12, `${actual} is not ${expected}`);
};

suite("semantics: losses, by the reference interpreter", (test) => {
  const bce = (beta: number) =>
    -mean(pairs.map(([t, q]) => beta * t * Math.log(q) + (1 - beta) * (1 - t) * Math.log(1 - q)));
  const diceOf = (smooth: number) =>
    (2 * total(pairs.map(([t, q]) => t * q)) + smooth) / (total(p.flat()) + total(label.flat()) + smooth);

  test("cross-entropy", async () => {
    const expected = -mean(label.map((row, i) => total(row.map((t, j) => t * Math.log(p[i]?.[j] ?? 0)))));
    close(await lossOf("cross_entropy(student.logits, data.label)", inputs), expected);
  });

  test("Kullback-Leibler divergence, with a temperature, zeros in the target", async () => {
    const divergence = (of: readonly (readonly number[])[]) =>
      mean(label.map((row, i) => total(row.map((t, j) => (t === 0 ? 0 : t * Math.log(t / (of[i]?.[j] ?? 0)))))));
    close(await lossOf("kl(data.label, student.logits)", inputs), divergence(p));
    const warm = logits.map((row) => softmaxOf(row.map((x) => x / 4)));
    close(await lossOf("kl(data.label, student.logits, temperature: 4)", inputs), divergence(warm));
  });

  test("of a teacher that says the same it is 0", async () => {
    const same = { ...inputs, "teacher.logits": logits };
    assert.ok(Math.abs(await lossOf("kl(softmax(teacher.logits), student.logits)", same)) < 1e-12);
  });

  test("balanced binary cross-entropy", async () => {
    close(await lossOf("balanced_bce(student.logits, data.label, beta: 0.2)", inputs), bce(0.2));
    close(await lossOf("balanced_bce(student.logits, data.label, beta: 0.5)", inputs), bce(0.5));
  });

  test("Dice and Combo", async () => {
    close(await lossOf("dice(softmax(student.logits), data.label)", inputs), diceOf(1));
    close(await lossOf("dice(softmax(student.logits), data.label, smooth: 0.25)", inputs), diceOf(0.25));
    const expected = 0.3 * bce(0.2) - 0.7 * diceOf(1);
    close(await lossOf("combo(student.logits, data.label, alpha: 0.3, beta: 0.2)", inputs), expected);
  });

  test("smoothed, weighted and focal cross-entropy; Dice of each class and each sample", async () => {
    const crossEntropy = (of: (t: number, q: number, c: number) => number) =>
      -total(label.flatMap((row, i) => row.map((t, c) => of(t, p[i]?.[c] ?? 0, c)))) / 2;
    const smoothed = crossEntropy((t, q) => (0.7 * t + 0.1) * Math.log(q));
    close(await lossOf("smoothed_cross_entropy(student.logits, data.label, smoothing: 0.3)", inputs), smoothed);
    const weights = [0.5, 2, 4];
    const weighted = crossEntropy((t, q, c) => (weights[c] ?? 0) * t * Math.log(q));
    const share = total(label.flatMap((row) => row.map((t, c) => t * (weights[c] ?? 0)))) / 2;
    const call = "weighted_cross_entropy(student.logits, data.label, weights: [0.5, 2, 4]";
    close(await lossOf(`${call})`, inputs), weighted / share);
    close(await lossOf(`${call}, over: "batch")`, inputs), weighted);
    const focal = crossEntropy((t, q) => t * (1 - q) ** 1.5 * Math.log(q));
    close(await lossOf("focal(student.logits, data.label, gamma: 1.5)", inputs), focal);
    const ratio = (ts: readonly number[], qs: readonly number[]) =>
      (2 * total(ts.map((t, i) => t * (qs[i] ?? 0))) + 1) / (total(ts) + total(qs) + 1);
    const column = (rows: readonly (readonly number[])[], c: number) => rows.map((row) => row[c] ?? 0);
    const byClass = mean([0, 1, 2].map((c) => ratio(column(label, c), column(p, c))));
    const bySample = mean(label.map((row, i) => ratio(row, p[i] ?? [])));
    close(await lossOf(`dice(softmax(student.logits), data.label, each: "class")`, inputs), byClass);
    close(await lossOf(`dice(softmax(student.logits), data.label, each: "sample")`, inputs), bySample);
  });

  test("they stay finite where the network is most wrong", async () => {
    const far = {
      "student.logits": [
        [50, -50, 0],
        [-50, 50, 0],
      ],
      "data.label": [
        [0, 1, 0],
        [1, 0, 0],
      ],
    };
    close(await lossOf("cross_entropy(student.logits, data.label)", far), 100);
    assert.ok(Number.isFinite(await lossOf("combo(student.logits, data.label)", far)));
  });
});

suite("semantics: recipes", (test) => {
  test("a whole one: networks as they train, loss, settings with their defaults", async () => {
    const text = recipe({
      parameters: "rate: float = 0.1",
      teacher: `frozen(M(classes: 3), weights: "teacher.safetensors")`,
      loss: "cross_entropy(student.logits + student.aux, data.label) + kl(softmax(teacher.logits), student.logits)",
      optimizer: "sgd(lr: rate)",
      more: "schedule = cosine()\n  evaluation = mean_of_flips()",
    });
    const { recipes, diagnostics } = await compile(text);
    assert.equal(diagnostics, []);
    const [made] = recipes;
    assert.equal(
      made?.student.graph.outputs.map(({ name }) => name),
      ["logits", "aux"],
    );
    assert.equal(
      made?.teacher?.model.graph.outputs.map(({ name }) => name),
      ["logits"],
    );
    assert.is(made?.teacher?.weights, "teacher.safetensors");
    assert.equal(
      made?.loss.inputs.map(({ name }) => name),
      ["student.logits", "student.aux", "teacher.logits", "data.label"],
    );
    assert.equal(made?.settings.optimizer.fields.lr, 0.1);
    assert.ok(made?.settings.optimizer.name === "sgd" && made.settings.optimizer.fields.momentum === 0);
    assert.equal(Object.keys(made?.settings ?? {}), ["data", "optimizer", "train", "schedule", "evaluation"]);
  });

  test("entries: unknown, twice, missing", async () => {
    expectDiagnostics(recipe({ more: "scedule = cosine()" }), await diagnose(recipe({ more: "scedule = cosine()" })), [
      { code: "recipe/unknown-entry", message: `Did you mean "schedule"?` },
    ]);
    assert.equal(await codesOf(recipe({ more: "data = folder()" })), ["resolve/duplicate-name"]);
    assert.equal(await codesOf(recipe().replace(/^ {2}loss.*\n/m, "")), ["recipe/missing-entries"]);
    assert.equal(await codesOf(recipe().replace("optimizer", "optimiser")), ["recipe/unknown-entry"]);
  });

  test("each takes things of its sort, with their arguments", async () => {
    const codes = (parts: Parts) => codesOf(recipe(parts));
    assert.equal(await codes({ optimizer: "cosine()" }), ["recipe/wrong-entry"]);
    assert.equal(await codes({ data: "3" }), ["recipe/wrong-entry"]);
    assert.equal(await codes({ data: "folder(augment: [horizontal_flip(0.5), rotation(10)])" }), []);
    assert.equal(await codes({ data: "folder(augment: [sgd(0.1)])" }), ["type/wrong-argument"]);
    assert.equal(await codes({ data: "folder(augment: [horizontal_flip(2)])" }), ["value/out-of-range"]);
    assert.equal(await codes({ optimizer: "sgd(0.1, nestrov: true)" }), ["resolve/unknown-parameter"]);
    assert.equal(await codes({ optimizer: "sgd()" }), ["type/missing-argument"]);
    assert.equal(await codes({ train: `run(batch: 0, epochs: 1, last_batch: "dropp")` }), [
      "value/out-of-range",
      "value/unknown-option",
    ]);
    assert.equal(await codes({ train: "run(batch: 4.5, epochs: 1)" }), ["type/wrong-argument"]);
  });

  test("a recipe's words mean nothing outside of recipes", async () => {
    assert.equal(await codesOf("lfer 1\n\nconst x = sgd(lr: 0.1)\n"), ["resolve/unknown-name"]);
  });

  test("networks: models only, whole, the teacher frozen and the student not", async () => {
    const codes = (parts: Parts) => codesOf(recipe(parts));
    assert.equal(await codes({ student: "Mm" }), ["resolve/not-a-model"]);
    assert.equal(await codes({ student: "3" }), ["resolve/not-a-model"]);
    assert.equal(await codes({ student: "Open" }), ["type/missing-argument"]);
    assert.equal(await codes({ student: "M(clases: 3)" }), ["resolve/unknown-parameter"]);
    assert.equal(await codes({ student: `frozen(M, weights: "x")` }), ["recipe/wrong-entry"]);
    for (const teacher of [
      "M",
      "frozen(M)",
      "frozen(M, weights: 3)",
      `frozen(weights: "x")`,
      `frozen(M, "x")`,
      `frozen(M, M, weights: "x")`,
    ]) {
      assert.equal(await codes({ teacher }), ["recipe/wrong-frozen"], teacher);
    }
    assert.equal(await codes({ teacher: `frozen(weights: "x", M)` }), []);
  });

  test("the loss is one number, of what there is", async () => {
    const codes = (loss: string) => codesOf(recipe({ loss }));
    assert.equal(await codes("3"), ["recipe/loss-not-scalar"]);
    assert.equal(await codes("log_softmax(student.logits) * data.label"), ["recipe/loss-not-scalar"]);
    assert.equal(await codes("cross_entropy(student.logit, data.label)"), ["resolve/unknown-field"]);
    assert.equal(await codes("cross_entropy(student.logits, data.labels)"), ["resolve/unknown-field"]);
    assert.equal(await codes("cross_entropy(teacher.logits, data.label)"), ["resolve/unknown-name"]);
    assert.equal(await codes("cross_entropy(student.logits -> linear(4), data.label)"), ["shape/broadcast-mismatch"]);
    assert.equal(await codes("if true then mean(student.logits) else mean(student.logitss)"), [
      "resolve/unknown-field",
    ]);
  });

  test("while a parameter has no value, everything is typed and nothing made", async () => {
    const text = recipe({
      parameters: "classes: int, path: string, alpha: float = 0.5",
      student: "M(classes: classes)",
      teacher: "frozen(M(classes: classes), weights: path)",
      loss: "alpha * cross_entropy(student.logits, data.label)",
    });
    const { recipes, diagnostics } = await compile(text);
    assert.equal([recipes, diagnostics], [[], []]);
    assert.equal(await codesOf(text.replace("M(classes: classes)", "M(classes: path)")), ["type/wrong-argument"]);
    assert.equal(await codesOf(text.replace("student.logits", "student.logit")), ["resolve/unknown-field"]);
  });
});
