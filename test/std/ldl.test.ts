// std/ldl: every reading of LFER-LDL's loss, value and gradient, against PyTorch's own functions in double precision
// (test/peers/torch/make_ldl.py), and distributions per class in place of those per picture.
import { readFileSync } from "node:fs";
import * as assert from "uvu/assert";
import type { Graph } from "../../src/ir/graph.js";
import { bindBatch } from "../../src/ops/bind-batch.js";
import type { Tensor } from "../../src/ops/contracts.js";
import { interpret } from "../../src/reference/interpret.js";
import type { ElaboratedRecipe } from "../../src/semantics/recipes/recipes.js";
import { leavesOf, reverseGradients } from "../autodiff/finite-differences.js";
import { suite } from "../support/suite.js";
import { compile } from "../support/tester.js";

interface Row {
  readonly options: Readonly<Record<string, string | number>>;
  readonly training: { readonly value: number; readonly gradient: readonly number[] };
  readonly evaluation: number;
}

interface Reference {
  readonly logits: readonly (readonly number[])[];
  readonly teacher: readonly (readonly number[])[];
  readonly labels: readonly number[];
  readonly alpha: number;
  readonly beta: number;
  readonly rows: readonly Row[];
}

const reference = JSON.parse(readFileSync(new URL("../peers/torch/ldl.json", import.meta.url), "utf8")) as Reference;
const [pictures, classes] = [4, 7];

const source = (loss: string, more = ""): string => `lfer 1

import { class_distribution, divergence, ldl_loss } from "std/ldl"

model M {
  input image: float32[N, 3, 8, 8] = picture(mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5])
  logits = image -> global_avg_pool -> flatten -> linear(${classes})
  output logits: labels(["a", "b", "c", "d", "e", "f", "g"])
}

recipe R(reading: "A" | "B" | "C" | "D" = "A", reduction: "batchmean" | "mean" = "batchmean", temperature: float = 1.0,
         probabilities: "softmax" | "sigmoid" = "softmax", dice_each: "batch" | "class" | "sample" = "batch",
         dice_smooth: float = 1.0, alpha: float = 0.5, beta: float = 0.5) {
  student   = M
  data      = folder
  loss      = ${loss}
  optimizer = sgd(lr: 0.1)
  train     = run(batch: ${pictures}, epochs: 1)
}
${more}`;

const whole =
  source(`ldl_loss(student.logits, data.label, data.distribution, reading: reading, alpha: alpha, beta: beta,
                       temperature: temperature, reduction: reduction, probabilities: probabilities,
                       dice_each: dice_each, dice_smooth: dice_smooth)`);

async function recipeOf(text: string, set: Readonly<Record<string, string | number>> = {}): Promise<ElaboratedRecipe> {
  const settings = new Map(Object.entries(set).map(([key, value]) => [key, String(value)]));
  const { recipes, diagnostics } = await compile(text, { recipe: "R", set: settings });
  const [recipe] = recipes;
  assert.ok(recipe, diagnostics.map(({ message }) => message).join("\n"));
  return recipe;
}

const softmax = (row: readonly number[], temperature: number): readonly number[] => {
  const total = row.reduce((sum, x) => sum + Math.exp(x / temperature), 0);
  return row.map((x) => Math.exp(x / temperature) / total);
};
const tensor = (rows: readonly (readonly number[])[]): Tensor => ({
  shape: [rows.length, classes],
  data: Float64Array.from(rows.flat()),
});
const hard = tensor(reference.labels.map((label) => Array.from({ length: classes }, (_, c) => (c === label ? 1 : 0))));

const given = (temperature: number) => ({
  "student.logits": tensor(reference.logits),
  "data.label": hard,
  "data.distribution": tensor(reference.teacher.map((row) => softmax(row, temperature))),
});

const lossValue = (loss: Graph, inputs: Readonly<Record<string, Tensor>>): number =>
  interpret(loss, { inputs, slots: {}, batch: pictures }).loss?.data[0] ?? Number.NaN;

const isClose = (actual: number, wanted: number): boolean =>
  Math.abs(actual - wanted) <= 1e-12 * Math.max(1, Math.abs(wanted));

suite("std/ldl against PyTorch in double precision", (test) => {
  for (const reading of ["A", "B", "C", "D"]) {
    test(`reading ${reading}: each reduction, probability, form of Dice and temperature`, async () => {
      const rows = reference.rows.filter(({ options }) => options.reading === reading);
      assert.is(rows.length, 24);
      for (const { options, training, evaluation } of rows) {
        const { alpha, beta } = reference;
        const recipe = await recipeOf(whole, { ...options, alpha, beta });
        const inputs = given(Number(options.temperature));
        const graph = bindBatch(recipe.loss, pictures);
        const leaves = leavesOf(graph).filter(({ name }) => name === "student.logits");
        const loss = graph.outputs[0]?.value ?? -1;
        const found = reverseGradients(graph, loss, leaves, { inputs, slots: {}, batch: 1 });
        const what = JSON.stringify(options);
        assert.ok(isClose(found.loss, training.value), `${what}: ${found.loss}, PyTorch ${training.value}`);
        assert.ok(isClose(lossValue(recipe.evaluationLoss, inputs), evaluation), `${what} in evaluation`);
        for (const [i, wanted] of training.gradient.entries()) {
          const actual = found.gradients[0]?.data[i] ?? Number.NaN;
          assert.ok(isClose(actual, wanted), `${what}: gradient ${i} is ${actual}, PyTorch's ${wanted}`);
        }
      }
    });
  }

  test("the readings, reductions and forms differ from each other: none is another by mistake", () => {
    // A: reduction, probabilities, Dice, temperature; B without the reduction; C without probabilities and Dice; D without both.
    const seen = new Set(reference.rows.map(({ training }) => training.value));
    assert.is(seen.size, 24 + 12 + 4 + 12);
  });

  test("a class's distribution stands for its pictures: row c of the list, in the order of the student's labels", async () => {
    const rows = Array.from({ length: classes }, (_, c) =>
      softmax(
        Array.from({ length: classes }, (_, i) => (i * 3 + c * 5) % 7),
        1,
      ),
    );
    const recipe = await recipeOf(
      source(
        "divergence(class_distribution(data.label, rows: of), student.logits)",
        `\nconst of = [${rows.flat().join(", ")}]\n`,
      ),
    );
    const looked = tensor(reference.labels.map((label) => rows[label] as readonly number[]));
    const direct = await recipeOf(source("divergence(data.distribution, student.logits)"));
    const wanted = lossValue(direct.loss, { ...given(1), "data.distribution": looked });
    assert.ok(isClose(lossValue(recipe.loss, given(1)), wanted));
    assert.equal(recipe.loss.inputs.map(({ name }) => name).toSorted(), ["data.label", "student.logits"]);
  });
});
