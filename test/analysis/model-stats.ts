/** Counts of the networks under models/, and of those written from the docs alone, by name. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import { type Stats, statsOf } from "../../src/analysis/stats.js";
import { compile, load } from "../../src/compiler.js";
import { isProblem } from "../../src/diagnostics/diagnostic.js";
import { nodeHost } from "../../src/hosts/node-host.js";
import type { ConventionName } from "../../src/recipe/measures.js";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** The file that declares the network of that name. */
const fileOf = new Map(
  ["models", "test/analysis/strangers"].flatMap((folder) =>
    readdirSync(root + folder)
      .filter((name) => name.endsWith(".lfer"))
      .flatMap((file) =>
        [...readFileSync(`${root}${folder}/${file}`, "utf8").matchAll(/^(?:model|variant) (\w+)/gm)].map(
          ([, name]) => [name as string, `${folder}/${file}`] as const,
        ),
      ),
  ),
);

/** All networks of a file, in inference and in training form. */
async function networksOf(file: string) {
  const sources = await load(nodeHost(root), file);
  const { models, diagnostics } = compile(sources, { graphsOnly: true });
  const errors = diagnostics.filter(({ severity }) => severity === "error").map(({ message }) => message);
  assert.equal(errors, []);
  const inTraining = compile(sources, { graphsOnly: true, training: true }).models;
  return new Map(
    models.map(({ name, graph }) => [name, { graph, training: inTraining.find((same) => same.name === name)?.graph }]),
  );
}

const compiled = new Map<string, ReturnType<typeof networksOf>>();

/** The counts of the model or variant with that name. */
export async function statsOfModel(name: string, conventions?: readonly ConventionName[]): Promise<Stats> {
  const file = fileOf.get(name);
  if (file === undefined) throw new Error(`no model or variant is called ${name}`);
  const networks = compiled.get(file) ?? networksOf(file);
  compiled.set(file, networks);
  const network = (await networks).get(name);
  if (network === undefined) throw new Error(`${file} has no ${name}`);
  const only = conventions === undefined ? {} : { conventions };
  const stats = statsOf(network.graph, { ...only, training: network.training, facts: false });
  if (isProblem(stats)) throw new Error(stats.diagnose({}).message);
  return stats;
}
