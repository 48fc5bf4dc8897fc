// The settings that people change first in a recipe: batch, rate, decay, seed, length. In all recipes that we ship, --set changes each.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { starterFiles } from "../../src/cli/init-files.js";
import { type Compilation, compile, load } from "../../src/compiler.js";
import { isProblem } from "../../src/diagnostics/diagnostic.js";
import { memoryHost } from "../../src/hosts/memory-host.js";
import { printGraph } from "../../src/ir/text.js";
import { type SettingNames, settingNames } from "../../src/semantics/models/setting-names.js";
import type { ElaboratedRecipe } from "../../src/semantics/recipes/recipes.js";
import { stepOfRecipe } from "../../src/step/from-recipe.js";
import { trainingStep } from "../../src/step/training-step.js";
import { root } from "../support/lferc.js";
import { suite } from "../support/suite.js";

const starter = starterFiles({ models: ".", from: undefined, fromHere: undefined }).get("model.lfer") ?? "";

const shipped: ReadonlyMap<string, string> = new Map([
  ...["models", "examples"].flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((name) => name.endsWith(".lfer"))
      .map((name) => [`${folder}/${name}`, readFileSync(join(root, folder, name), "utf8")] as const),
  ),
  ["models/of-lferc-init.lfer", starter] as const,
]);

// All of them, because models import each other.
const disk = memoryHost(Object.fromEntries(shipped));

const compileShipped = async (
  file: string,
  recipe: string,
  set: Readonly<Record<string, string>>,
): Promise<Compilation> => compile(await load(disk, file), { recipe, set: new Map(Object.entries(set)) });

/** The value that each parameter is set to, and where it must arrive. */
const parameters: Readonly<Record<string, readonly [value: number, arrives: (recipe: ElaboratedRecipe) => unknown]>> = {
  lr: [0.0625, ({ settings }) => settings.optimizer.fields.lr],
  weight_decay: [0.03125, ({ settings }) => settings.optimizer.fields.weight_decay],
  batch: [6, ({ settings }) => settings.train.fields.batch],
  epochs: [7, ({ settings }) => settings.train.fields.epochs],
  seed: [12_345, ({ settings }) => settings.train.fields.seed],
};

/** Filled before the tests are named. */
const recipesOf = new Map<string, SettingNames["recipes"]>();
for (const file of shipped.keys()) recipesOf.set(file, settingNames(await load(disk, file)).recipes);

suite("the recipes that we ship", (test) => {
  let found = 0;
  for (const file of shipped.keys()) {
    for (const { name } of recipesOf.get(file) ?? []) {
      found++;
      test(`${file}, ${name}: --set reaches ${Object.keys(parameters).join(", ")}`, async () => {
        for (const [parameter, [value, arrives]] of Object.entries(parameters)) {
          const { recipes, diagnostics } = await compileShipped(file, name, { [parameter]: `${value}` });
          const [recipe] = recipes;
          assert.ok(recipe, `${parameter}: ${diagnostics.map(({ message }) => message)}`);
          assert.is(arrives(recipe), value, parameter);
        }
        // A requested decay is in the step.
        const step = async (set: Readonly<Record<string, string>>): Promise<string> => {
          const { recipes } = await compileShipped(file, name, set);
          const made = stepOfRecipe(recipes[0] as ElaboratedRecipe, 4);
          assert.not(isProblem(made));
          return isProblem(made) ? "" : printGraph(trainingStep(made));
        };
        assert.is.not(await step({ weight_decay: "0.03125" }), await step({}));
      });
    }
  }

  test("are some", () => assert.ok(found >= 3, String(found)));
});
