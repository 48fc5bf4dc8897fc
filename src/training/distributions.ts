/** `data.distribution`: a target next to the label, from a table of the recipe or from the data set itself. */
import type { DataSet, Sample } from "../data/data-set.js";
import { columnsFor, readDistributionTable } from "../data/distribution-table.js";
import { isProblem, type Problem, problem } from "../diagnostics/diagnostic.js";
import { readRegularFile } from "../hosts/read-regular-file.js";
import { inputOfData } from "../recipe/signatures.js";
import type { TrainingPlan } from "./plan.js";
import { type PathsOfRecipe, placeOf } from "./recipe-paths.js";

export const distributionInput = inputOfData("distribution");

export interface Distributions {
  /** Digest of the table's file; undefined if the data set itself has distributions. */
  readonly sha256: string | undefined;
  /** Over the classes of the data, in their order; undefined if the sample has none. */
  of(sample: Sample): Float32Array | undefined;
}

/** Larger tables are rejected: this allows some three million pictures of seven classes. */
const tableLimit = 2 ** 28;

/** Number of pictures named in a message. */
const namedAtMost = 3;

const reads = (graph: { readonly inputs: readonly { readonly name: string }[] }): boolean =>
  graph.inputs.some(({ name }) => name === distributionInput);

/** Which halves (training, held out) need distributions for the plan's losses. */
export const wantsDistributions = ({ recipe }: TrainingPlan) => ({
  training: reads(recipe.loss),
  heldOut: reads(recipe.evaluationLoss),
});

/** The table file in the recipe's data, "" if there is none. */
export const distributionFile = ({ recipe }: TrainingPlan): string => recipe.settings.data.fields.distributions;

/** Undefined if no loss reads distributions; a problem if one does and there are none. */
export async function openDistributions(
  plan: TrainingPlan,
  { classes, training, heldOut }: Pick<DataSet, "classes" | "training" | "heldOut">,
  paths: PathsOfRecipe,
): Promise<Distributions | undefined | Problem> {
  const wants = wantsDistributions(plan);
  if (!wants.training && !wants.heldOut) return undefined;
  const file = distributionFile(plan);
  if (file === "") {
    const isSoft = [...new Set([...training, ...heldOut].map(({ target }) => target))].some(isShared);
    return isSoft
      ? { sha256: undefined, of: ({ target }) => target }
      : problem("train/no-distributions", { recipe: plan.recipe.name });
  }
  const bytes = await readRegularFile(placeOf(file, paths), tableLimit);
  if (typeof bytes === "string") return problem("train/distributions-unreadable", { file, reason: bytes });
  const table = readDistributionTable(bytes, file);
  if (isProblem(table)) return table;
  const columns = columnsFor(table, classes, file);
  if (isProblem(columns)) return columns;
  const isInOrder = columns.every((column, i) => column === i);
  return {
    sha256: table.sha256,
    of: ({ key }) => {
      const shares = table.sharesOf(key);
      if (shares === undefined || isInOrder) return shares;
      return Float32Array.from(columns, (column) => shares[column] as number);
    },
  };
}

/** Whether more than one class has a share. */
const isShared = (target: Float32Array): boolean => target.filter((share) => share > 0).length > 1;

/** A problem if pictures that the losses read have no distribution. */
export function missingDistributions(
  plan: TrainingPlan,
  distributions: Distributions,
  { training, heldOut }: { readonly training: readonly Sample[]; readonly heldOut: readonly Sample[] },
): Problem | undefined {
  const wants = wantsDistributions(plan);
  const all = [...(wants.training ? training : []), ...(wants.heldOut ? heldOut : [])];
  const missing = all.filter((sample) => distributions.of(sample) === undefined);
  if (missing.length === 0) return undefined;
  const named = missing.slice(0, namedAtMost).map(({ key }) => key);
  const holes = { file: distributionFile(plan), missing: missing.length, all: all.length, named };
  return problem("train/missing-distributions", holes);
}
