import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { loadWeights } from "../../../src/weights/load-weights.js";
import { inFolder } from "../../support/lferc.js";
import { suite } from "../../support/suite.js";
import { plainRecipe, recipeText } from "../../training/small-recipe.js";
import { runNodeLoop } from "./doc-loops.js";

const require = createRequire(import.meta.url);
const pathOf = (name: string): string => JSON.stringify(require.resolve(name));

/** In place of tfjs-node: TensorFlow.js with its CPU backend. */
const onCpu = `module.exports = require(${pathOf("@tensorflow/tfjs-core")});
module.exports.enableProdMode();
require(${pathOf("@tensorflow/tfjs-backend-cpu")});
`;

suite("the loop of docs/tfjs-train.md", (test) => {
  test("learns in Node, and writes weights that lferc reads", () =>
    inFolder({}, async (folder) => {
      const stand = join(folder, "tfjs");
      mkdirSync(stand);
      writeFileSync(join(stand, "index.js"), onCpu);
      writeFileSync(join(stand, "package.json"), JSON.stringify({ name: "@tensorflow/tfjs-node", main: "index.js" }));
      const losses = await runNodeLoop(folder, stand);
      assert.is(losses.length, 20);
      assert.ok((losses.at(-1) as number) < 0.7 * (losses[0] as number), String(losses));
      const { graph } = (await plainRecipe(recipeText())).student;
      const bytes = readFileSync(join(folder, "trained.safetensors"));
      const read = loadWeights(graph, { kind: "file", file: "trained.safetensors", bytes });
      assert.is(read.kind, "loaded");
    }));
});
