import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { compile, load } from "../../src/compiler.js";
import { isProblem } from "../../src/diagnostics/diagnostic.js";
import { memoryHost } from "../../src/hosts/memory-host.js";
import type { Graph } from "../../src/ir/graph.js";
import { interpret } from "../../src/reference/interpret.js";
import type { ElaboratedRecipe } from "../../src/semantics/recipes.js";
import { scheduleOfRecipe, stepOfRecipe } from "../../src/step/from-recipe.js";
import { root } from "../support/lferc.js";
import { suite } from "../support/suite.js";

const texts = Object.fromEntries(
  ["models/lfer_ldl.lfer", "models/resnet.lfer"].map((path) => [path, readFileSync(join(root, path), "utf8")]),
);

/** A recipe of models/lfer_ldl.lfer, in another reading. */
async function recipeOf(name: string, reading = "A"): Promise<ElaboratedRecipe> {
  const text = (texts["models/lfer_ldl.lfer"] ?? "").replace(`"D" = "A"`, `"D" = "${reading}"`);
  const host = memoryHost({ ...texts, "models/lfer_ldl.lfer": text });
  const { recipes, diagnostics } = compile(await load(host, "models/lfer_ldl.lfer"));
  assert.equal(
    diagnostics.filter(({ severity }) => severity === "error"),
    [],
  );
  return recipes.find((recipe) => recipe.name === name) as ElaboratedRecipe;
}

const rows = (seed: number): readonly number[] => Array.from({ length: 14 }, (_, i) => Math.sin(seed + 5 * i) * 3);
const softmax = (row: readonly number[]): readonly number[] => {
  const total = row.reduce((sum, x) => sum + Math.exp(x), 0);
  return row.map((x) => Math.exp(x) / total);
};
const bySample = (values: readonly number[]): readonly (readonly number[])[] => [values.slice(0, 7), values.slice(7)];
const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

const student = rows(1);
const p = bySample(student).flatMap(softmax);
const d = bySample(rows(2)).flatMap(softmax);
const t = [0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0];

/** facts.md 1b, written out: N = 2 pictures, C = 7 classes, alpha 0.5, beta 0.2, S = 1. */
const divergence = sum(d.map((x, i) => x * Math.log(x / (p[i] ?? 1)))) / 2;
function combo(target: readonly number[]): number {
  const terms = target.map((x, i) => 0.2 * x * Math.log(p[i] ?? 1) + 0.8 * (1 - x) * Math.log(1 - (p[i] ?? 0)));
  const dice = (2 * sum(target.map((x, i) => x * (p[i] ?? 0))) + 1) / (sum(target) + sum(p) + 1);
  return 0.5 * (-sum(terms) / 14) - 0.5 * dice;
}

function lossValue(loss: Graph): number {
  const given: Readonly<Record<string, readonly number[]>> = {
    "student.logits": student,
    "teacher.logits": rows(2),
    "data.label": t,
  };
  const inputs = Object.fromEntries(
    loss.inputs.map(({ name }) => [name, { shape: [2, 7], data: Float64Array.from(given[name] ?? []) }] as const),
  );
  return interpret(loss, { inputs, slots: {}, batch: 2 }).loss?.data[0] ?? Number.NaN;
}

/** The loss in training and in evaluation, and whether the reading needs the teacher. */
const readings = {
  A: { training: divergence + combo(t), evaluation: divergence + combo(t), teacher: true },
  B: { training: combo(d), evaluation: combo(d), teacher: true },
  C: { training: divergence, evaluation: combo(t), teacher: true },
  D: { training: combo(t), evaluation: combo(t), teacher: false },
} as const;

suite("the paper's loss in its readings", (test) => {
  for (const [reading, wanted] of Object.entries(readings)) {
    test(reading, async () => {
      const { loss, evaluationLoss, teacher } = await recipeOf("RafDb", reading);
      assert.ok(Math.abs(lossValue(loss) - wanted.training) < 1e-12, `${lossValue(loss)} in training`);
      assert.ok(
        Math.abs(lossValue(evaluationLoss) - wanted.evaluation) < 1e-12,
        `${lossValue(evaluationLoss)} in evaluation`,
      );
      assert.is(teacher !== undefined, wanted.teacher);
    });
  }
});

suite("recipes as options of the step", (test) => {
  test("CrossEntropy: SGD with momentum and decay, no teacher", async () => {
    const recipe = await recipeOf("CrossEntropy");
    assert.is(recipe.teacher, undefined);
    const options = stepOfRecipe(recipe);
    if (isProblem(options)) throw new Error(options.diagnose({}).message);
    const { optimizer, batch, groups, freeze, decayNormAndBias, clipNorm, accumulate, averageDecay } = options;
    assert.equal([optimizer.memories, optimizer.weightDecay, batch], [["velocity"], 1e-4, 32]);
    assert.equal([groups, freeze, decayNormAndBias], [[], [], true]);
    assert.equal([clipNorm, accumulate, averageDecay], [undefined, 1, undefined]);
    assert.equal(scheduleOfRecipe(recipe), {
      schedule: { kind: "cosine", floor: 0, epochs: 30, moves: "epoch", warmupEpochs: 0 },
      lr: 0.01,
    });
  });

  test("RafDb: the rate drops every 30 epochs", async () => {
    const { schedule } = scheduleOfRecipe(await recipeOf("RafDb"));
    assert.equal(schedule, { kind: "step", everyEpochs: 30, factor: 0.1, warmupEpochs: 0 });
  });

  test("a batch of 1 leaves the output module's batch norm one value: a problem, not a throw", async () => {
    const found = stepOfRecipe(await recipeOf("CrossEntropy"), 1);
    assert.ok(isProblem(found));
    assert.is(found.diagnose({}).code, "recipe/one-value-per-channel");
    assert.match(found.diagnose({}).message, /"output_module\.batch_norm" .* batch of 1/);
  });
});
