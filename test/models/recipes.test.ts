import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { compile, load } from "../../src/compiler.js";
import { isProblem } from "../../src/diagnostics/diagnostic.js";
import { memoryHost } from "../../src/hosts/memory-host.js";
import { type Graph, typeOf } from "../../src/ir/graph.js";
import type { RecipeThing } from "../../src/recipe/thing.js";
import { interpret } from "../../src/reference/interpret.js";
import { assumptionsIn } from "../../src/semantics/checks/assumptions.js";
import type { ElaboratedRecipe } from "../../src/semantics/recipes/recipes.js";
import { scheduleOfRecipe, stepOfRecipe } from "../../src/step/from-recipe.js";
import { parse } from "../../src/syntax/parse.js";
import { root } from "../support/lferc.js";
import { suite } from "../support/suite.js";

const texts = Object.fromEntries(
  ["models/affectnet.lfer", "models/identities.lfer", "models/lfer_ldl.lfer", "models/resnet.lfer"].map((path) => [
    path,
    readFileSync(join(root, path), "utf8"),
  ]),
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

/** A recipe of one of the files, with settings. */
async function compiled(path: string, recipe: string, set: Readonly<Record<string, string>> = {}) {
  const sources = await load(memoryHost(texts), path);
  const { recipes, diagnostics } = compile(sources, { recipe, set: new Map(Object.entries(set)) });
  const [made] = recipes;
  if (made === undefined) throw new Error(diagnostics.map(({ message }) => message).join("\n"));
  return made;
}

function valuesOf({ settings }: ElaboratedRecipe) {
  const things: Readonly<Record<string, RecipeThing | undefined>> = { ...settings };
  const field = (key: string, name: string) => things[key]?.fields[name];
  return {
    lr: field("optimizer", "lr"),
    momentum: field("optimizer", "momentum"),
    decay: field("optimizer", "weight_decay"),
    batch: field("train", "batch"),
    epochs: field("train", "epochs"),
    seed: field("train", "seed"),
    drop: field("schedule", "every_epochs"),
    sampler: field("data", "sampler"),
  };
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

  /** The paper's settings of each recipe (facts 1c), and the assumptions about teachers and identities. */
  const printed = {
    "models/lfer_ldl.lfer": {
      RafDb: { lr: 0.01, momentum: 0.9, batch: 32, epochs: 120, drop: 30, sampler: "shuffled" },
      RafDbDistilled: { lr: 0.01, momentum: 0.9, batch: 32, epochs: 120, drop: 30, sampler: "shuffled" },
      RafDbLabels: { lr: 0.01, momentum: 0.9, batch: 32, epochs: 120, drop: 30, sampler: "shuffled" },
      RafDbTeacher: { lr: 0.01, momentum: 0.9, batch: 32, epochs: 120, drop: 30, sampler: "shuffled" },
    },
    "models/affectnet.lfer": {
      AffectNet7: { lr: 0.01, momentum: 0.9, batch: 64, epochs: 120, drop: 10, sampler: "balanced" },
      AffectNet8: { lr: 0.01, momentum: 0.9, batch: 64, epochs: 120, drop: 10, sampler: "balanced" },
      AffectNet7Teacher: { lr: 0.01, momentum: 0.9, batch: 64, epochs: 120, drop: 10, sampler: "balanced" },
      AffectNet8Teacher: { lr: 0.01, momentum: 0.9, batch: 64, epochs: 120, drop: 10, sampler: "balanced" },
    },
    "models/identities.lfer": {
      Identities: { lr: 0.1, momentum: 0.9, batch: 128, epochs: 30, drop: 10, sampler: "shuffled" },
    },
  };
  for (const [path, recipes] of Object.entries(printed)) {
    for (const [name, wanted] of Object.entries(recipes)) {
      test(`${name}: rates, batch and length as printed or assumed; --set reaches each, and the seed`, async () => {
        assert.equal(valuesOf(await compiled(path, name)), { ...wanted, decay: 1e-4, seed: 0 });
        const set = {
          lr: "0.5",
          weight_decay: "0.25",
          batch: "8",
          epochs: "3",
          seed: "5",
          drop_every: "2",
          momentum: "0.5",
        };
        const all = valuesOf(await compiled(path, name, set));
        const { sampler } = wanted;
        assert.equal(all, { lr: 0.5, decay: 0.25, batch: 8, epochs: 3, seed: 5, drop: 2, momentum: 0.5, sampler });
      });
    }
  }

  test("each data set has its own mean and deviation, in the student, the teacher, and the recipe that trains it", async () => {
    for (const [path, name, mean] of [
      ["models/lfer_ldl.lfer", "RafDb", 0.57536],
      ["models/affectnet.lfer", "AffectNet7", 0.55391],
      ["models/affectnet.lfer", "AffectNet8", 0.55391],
    ] as const) {
      const { student, teacher } = await compiled(path, name);
      const trainer = await compiled(path, teacher?.trainedBy?.recipe ?? "");
      const graphs = [student.graph, teacher?.model.graph, trainer.student.graph];
      for (const graph of graphs) assert.is(graph?.inputs[0]?.picture?.mean[0], mean, name);
      const labels = graphs.map((graph) => graph?.outputs[0]?.labels);
      assert.equal(labels, [labels[0], labels[0], labels[0]], name);
      assert.is(labels[0]?.length, name === "AffectNet8" ? 8 : 7);
    }
  });

  test("beta is printed for each data set: 0.2 and 0.6; alpha is 0.5", () => {
    for (const [path, betas] of [
      ["models/lfer_ldl.lfer", ["0.2", "0.2", "0.2"]],
      ["models/affectnet.lfer", ["0.6", "0.6"]],
    ] as const) {
      const found = [...(texts[path] ?? "").matchAll(/beta: float = ([\d.]+), alpha: float = ([\d.]+)/g)];
      assert.equal(
        found.map(([, beta, alpha]) => [beta, alpha]),
        betas.map((beta) => [beta, "0.5"]),
      );
    }
  });

  test("identities: as many classes as there are folders, which name them", async () => {
    const { student } = await compiled("models/identities.lfer", "Identities", { identities: "17", size: "32" });
    const [output] = student.graph.outputs;
    assert.equal([output?.labels, typeOf(student.graph, output?.value ?? -1).shape[1]], [undefined, 17]);
  });

  test("every reading that the paper leaves open is a parameter with its source", () => {
    const open = "weight_decay reading kl_reduction temperature probabilities dice_each dice_smooth last_batch".split(
      " ",
    );
    for (const [path, name] of [
      ["models/lfer_ldl.lfer", "RafDb"],
      ["models/affectnet.lfer", "AffectNet7"],
      ["models/affectnet.lfer", "AffectNet8"],
    ] as const) {
      const all = assumptionsIn(parse(path, texts[path] ?? "").tree);
      const own = all.filter((assumption) => assumption.name.startsWith(`${name}.`));
      assert.equal(
        own.map((assumption) => assumption.name.slice(name.length + 1)),
        name === "RafDb" ? open : [...open, "align"],
      );
      assert.ok(all.every(({ source, value }) => source.length > 10 && value !== undefined));
    }
  });

  test("a batch of 1 leaves the output module's batch norm one value: a problem, not a throw", async () => {
    const found = stepOfRecipe(await recipeOf("CrossEntropy"), 1);
    assert.ok(isProblem(found));
    assert.is(found.diagnose({}).code, "recipe/one-value-per-channel");
    assert.match(found.diagnose({}).message, /"output_module\.batch_norm" .* batch of 1/);
  });
});
