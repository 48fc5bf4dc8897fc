import type { DataSet } from "../data/data-set.js";
import { generatedName, generatedSet } from "../data/generated-set.js";
import { openDataSet } from "../data/open-data-set.js";
import { isProblem, type Problem, problem } from "../diagnostics/diagnostic.js";
import type { TrainingPlan } from "./plan.js";

export interface DataRequest {
  /** The value of `--data`: a folder as the user writes it, or `generated`. */
  readonly data: string | undefined;
  /** The folder of the .lfer file, for paths in it. */
  readonly home: string;
}

/** The recipe's pictures, or all problems that prevent their use. */
export async function openData(plan: TrainingPlan, { data, home }: DataRequest): Promise<DataSet | readonly Problem[]> {
  const { labels, classCount, picture, seed, recipe } = plan;
  if (data === generatedName) {
    const set = generatedSet({ labels, classCount, size: Math.max(picture.width, picture.height) });
    return isProblem(set) ? [set] : set;
  }
  const written = recipe.settings.data;
  if (data === undefined && written.fields.path === "") return [problem("train/no-data", { recipe: recipe.name })];
  return openDataSet(written, { data, home, labels, classCount, seed, size: picture });
}
