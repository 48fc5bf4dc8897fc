/** The files of a training in PyTorch, besides its networks. */
import { printPictures } from "./print-pictures.js";
import { printTrain } from "./print-train.js";
import { runFolderText } from "./run-folder-text.js";
import type { TrainingFacts } from "./training-facts.js";

/** What `recipe.json` says: the run's record, and names. */
export interface RecipeFile {
  readonly lferVersion: string;
  /** The part of `run.json` that the recipe decides. */
  readonly record: Readonly<Record<string, unknown>>;
  /** The source, by file in the run's folder. */
  readonly texts: Readonly<Record<string, string>>;
  /** Labels, as metadata of weight files. */
  readonly labels: Readonly<Record<string, string>>;
  /** The network's parameters and statistics, in lferc and in the module's state. */
  readonly slots: readonly string[];
  readonly statistics: readonly string[];
  /** The slots of the deployed network. */
  readonly weights: readonly string[];
  /** The trained parameters, by their factors of rate and decay. */
  readonly groups: readonly {
    readonly rateScale: number;
    readonly decayScale: number;
    readonly parameters: readonly string[];
  }[];
  /** The same as `slots`, of the teacher. */
  readonly teacher?: readonly string[];
}

/** Lower bounds: what the scripts use exists since then. */
const requirements = `torch>=2.4
numpy>=1.26
Pillow>=10.0
safetensors>=0.4.3
`;

/** Texts by file name. */
export const printTrainingFiles = (facts: TrainingFacts, recipe: RecipeFile): ReadonlyMap<string, string> =>
  new Map([
    ["train.py", printTrain(facts)],
    ["pictures.py", printPictures(facts.pictures)],
    ["run_folder.py", runFolderText],
    ["recipe.json", `${JSON.stringify(recipe, undefined, 1)}\n`],
    ["requirements.txt", requirements],
  ]);
