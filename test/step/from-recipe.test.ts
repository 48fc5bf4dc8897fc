import * as assert from "uvu/assert";
import { isProblem } from "../../src/diagnostics/diagnostic.js";
import { assertSound } from "../../src/ops/verify-types.js";
import { scheduleOfRecipe, stepOfRecipe } from "../../src/step/from-recipe.js";
import { trainingStep } from "../../src/step/training-step.js";
import { compileText } from "../../src/testing/compile-text.js";
import { suite } from "../support/suite.js";
import { smallModel } from "./small-training.js";

const plain = "sgd(lr: 0.1, momentum: 0.9, weight_decay: 1e-4)";

async function compiled(optimizer: string, train = "run(batch: 4, epochs: 5)", schedule = "constant_rate") {
  const text = smallModel
    .replace(plain, `${optimizer}\n  schedule = ${schedule}`)
    .replace("run(batch: 4, epochs: 1, seed: 0)", train);
  const { recipes, diagnostics } = await compileText(text);
  return {
    recipe: recipes[0],
    codes: diagnostics.filter(({ severity }) => severity === "error").map(({ code }) => code),
  };
}

async function optionsOf(optimizer: string, train?: string) {
  const { recipe, codes } = await compiled(optimizer, train);
  assert.equal(codes, []);
  const options = recipe === undefined ? undefined : stepOfRecipe(recipe);
  if (options === undefined || isProblem(options)) throw new Error("no options");
  return options;
}

suite("the step of a recipe", (test) => {
  test("everything that an optimiser takes", async () => {
    const options = await optionsOf(
      `adamw(lr: 0.01, betas: [0.8, 0.95], decay_norm_and_bias: false, clip_norm: 2,
        groups: [group(at: "down", lr_scale: 0.1), group(at: "unit.conv_1", decay_scale: 0)], freeze: ["stem", "local"])`,
      "run(batch: 8, epochs: 5, accumulate: 3, average: 0.99)",
    );
    const { groups, freeze, decayNormAndBias, clipNorm, accumulate, averageDecay, batch } = options;
    assert.equal(groups, [
      { at: "down", rateScale: 0.1, decayScale: 1 },
      { at: "unit.conv_1", rateScale: 1, decayScale: 0 },
    ]);
    assert.equal([freeze, decayNormAndBias, clipNorm], [["stem", "local"], false, 2]);
    assert.equal([accumulate, averageDecay, batch, options.optimizer.weightDecay], [3, 0.99, 8, 0.01]);
    assertSound(trainingStep(options));
  });

  test("a batch given from outside", async () => {
    const { recipe } = await compiled("adam(lr: 1)");
    const options = recipe === undefined ? undefined : stepOfRecipe(recipe, 3);
    assert.ok(options !== undefined && !isProblem(options) && options.batch === 3);
  });

  test("schedules", async () => {
    const scheduleOf = async (text: string) => {
      const { recipe } = await compiled("sgd(lr: 0.25)", undefined, text);
      return recipe === undefined ? undefined : scheduleOfRecipe(recipe);
    };
    assert.equal(await scheduleOf(`cosine(floor: 0.01, moves: "step", warmup_epochs: 2)`), {
      schedule: { kind: "cosine", floor: 0.01, epochs: 5, moves: "step", warmupEpochs: 2 },
      lr: 0.25,
    });
    assert.equal((await scheduleOf("step(every_epochs: 2, factor: 0.5)"))?.schedule, {
      kind: "step",
      everyEpochs: 2,
      factor: 0.5,
      warmupEpochs: 0,
    });
    assert.equal((await scheduleOf("constant_rate(warmup_epochs: 1)"))?.schedule, {
      kind: "constant_rate",
      warmupEpochs: 1,
    });
  });

  test("mistakes", async () => {
    const codesOf = async (optimizer: string, train?: string) => (await compiled(optimizer, train)).codes;
    assert.equal(await codesOf(`sgd(lr: 1, freeze: ["stemm"])`), ["recipe/unknown-path"]);
    assert.equal(await codesOf(`sgd(lr: 1, groups: [group(at: "uni")])`), ["recipe/unknown-path"]);
    assert.equal(await codesOf("sgd(lr: 1, groups: [cosine])"), ["type/wrong-argument"]);
    assert.equal(await codesOf("adam(lr: 1, betas: [0.9])"), ["type/wrong-argument"]);
    assert.equal(await codesOf("adam(lr: 1, betas: [0.9, 1])"), ["value/out-of-range"]);
    assert.equal(await codesOf("sgd(lr: 1)", "run(batch: 4, epochs: 1, accumulate: 0)"), ["value/out-of-range"]);
    assert.equal(await codesOf("sgd(lr: 1)", "run(batch: 1, epochs: 1)"), ["recipe/one-value-per-channel"]);
  });
});
