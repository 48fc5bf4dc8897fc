import { resolve } from "node:path";
import type { DataSet } from "../data/data-set.js";
import { loadDecoder } from "../data/decode.js";
import { openFolder } from "../data/folder-set.js";
import { generatedName, generatedSet } from "../data/generated-set.js";
import { isProblem, type Problem, problem } from "../diagnostics/diagnostic.js";
import { invariant } from "../diagnostics/invariant.js";
import { nameOf, type RecipeThing } from "../recipe/thing.js";
import type { TrainingPlan } from "./plan.js";

export interface DataRequest {
  /** What `--data` says: a folder as the user writes it, or `generated`. */
  readonly data: string | undefined;
  /** The folder of the .lfer file, for paths that stand in it. */
  readonly home: string;
}

/** The recipe's pictures, or all that keeps them from being used. */
export async function openData(plan: TrainingPlan, { data, home }: DataRequest): Promise<DataSet | readonly Problem[]> {
  const { labels, classCount, picture } = plan;
  if (data === generatedName) {
    const set = generatedSet({ labels, classCount, size: Math.max(picture.width, picture.height) });
    return isProblem(set) ? [set] : set;
  }
  const written = plan.recipe.settings.get("data");
  invariant(written !== undefined, "a recipe without data");
  const name = nameOf(written, "data");
  switch (name) {
    case "folder":
      return openFolderOf(plan, written, { data, home });
    case "raf_db":
    case "affectnet":
    case "ferplus":
    case "fer2013":
    case "csv":
      return [problem("train/unsupported-data", { name })];
  }
}

async function openFolderOf(
  { recipe, labels, classCount, seed }: TrainingPlan,
  written: RecipeThing,
  { data, home }: DataRequest,
): Promise<DataSet | readonly Problem[]> {
  const inFile = String(written.fields.path ?? "");
  const path = data ?? (inFile === "" ? undefined : resolve(home, inFile));
  if (path === undefined) return [problem("train/no-data", { recipe: recipe.name })];
  const decode = await loadDecoder();
  if (isProblem(decode)) return [decode];
  const opened = await openFolder(path, { labels, classCount, seed, decode });
  return "kind" in opened ? opened.problems : opened;
}
