/** Opens a data set for evaluation: one of its parts, by name. */
import { basename, resolve } from "node:path";
import { isProblem, type Problem, problem } from "../diagnostics/diagnostic.js";
import type { ThingOf } from "../recipe/signatures.js";
import type { DataSet, Sample } from "./data-set.js";
import { generatedName, generatedSet } from "./generated-set.js";
import { openDataSet, plainData } from "./open-data-set.js";
import { recogniseLayout } from "./recognise-layout.js";

export interface JudgingRequest {
  /** The data set in the recipe's terms; without a recipe, the folder's contents determine the layout. */
  readonly thing: ThingOf<"data"> | undefined;
  readonly labels: readonly string[];
  /** The seed by which a run drew its held-out pictures; undefined if unknown. */
  readonly seed: number | undefined;
  readonly size: { readonly width: number; readonly height: number };
}

/** The names of a data set's parts here. */
export const splitNames = ["train", "validation", "test", "all"] as const;
export type SplitName = (typeof splitNames)[number];

/** Their names in folders and papers. */
const alsoCalled: Readonly<Record<string, SplitName>> = {
  training: "train",
  val: "validation",
  valid: "validation",
  publictest: "validation",
  testing: "test",
  privatetest: "test",
};

export interface JudgingSet {
  readonly set: DataSet;
  /** Its name in results: that of the folder. */
  readonly name: string;
  readonly split: SplitName;
  readonly samples: readonly Sample[];
  /** Whether a run trained on these data chose its best epoch on the same pictures. */
  readonly judgedEpochs: boolean;
}

/** The samples of the requested part; by default the test part, else the one for evaluating epochs, else all. */
export async function openForJudging(
  data: string,
  asked: string | undefined,
  request: JudgingRequest,
): Promise<JudgingSet | readonly Problem[]> {
  const set = await openSet(data, request);
  if (!("training" in set)) return set;
  const parts = partsOf(set, request.seed);
  const split = asked === undefined ? usualSplit(parts) : splitNamed(asked);
  const samples = split === undefined ? undefined : parts.get(split);
  if (split === undefined || samples === undefined) {
    return [problem("eval/no-such-split", { data: set.description, split: asked ?? "", known: [...parts.keys()] })];
  }
  const name = data === generatedName ? generatedName : basename(resolve(data));
  return { set, name, split, samples, judgedEpochs: samples === set.heldOut };
}

/** The whole data set, in a layout recognised by its contents. */
export async function openSet(
  data: string,
  { thing, labels, seed, size }: JudgingRequest,
): Promise<DataSet | readonly Problem[]> {
  const classCount = labels.length;
  if (data === generatedName) {
    const set = generatedSet({ labels, classCount, size: Math.max(size.width, size.height) });
    return isProblem(set) ? [set] : set;
  }
  // An unknown layout is rejected as a folder of classes: that message is the most useful. A run may be evaluated on another
  // data set than its own, with another layout.
  const layout = await recogniseLayout(data);
  const isThing = thing !== undefined && (layout === undefined || layout === thing.name);
  const meant = isThing ? thing : plainData(layout ?? "folder");
  return openDataSet(meant, { data, home: ".", labels, classCount, seed: seed ?? 0, size, isOnlyJudged: true });
}

type Parts = ReadonlyMap<SplitName, readonly Sample[]>;

function partsOf(set: DataSet, seed: number | undefined): Parts {
  const { training, heldOut, test = [], heldOutWasDrawn, heldOutIsTest = false } = set;
  const all = ["all", [...training, ...heldOut, ...test].sort((a, b) => (a.key < b.key ? -1 : 1))] as const;
  const given: readonly (readonly [SplitName, readonly Sample[]])[] = [
    ["train", training],
    [heldOutIsTest ? "test" : "validation", heldOut],
  ];
  // Which pictures were held out depends on a seed that only the run has.
  const known = heldOutWasDrawn && seed === undefined ? [] : given;
  const parts: readonly (readonly [SplitName, readonly Sample[]])[] = [...known, ["test", test], all];
  return new Map(parts.filter(([, samples]) => samples.length > 0));
}

const usualSplit = (parts: Parts): SplitName =>
  parts.has("test") ? "test" : parts.has("validation") ? "validation" : "all";

function splitNamed(asked: string): SplitName | undefined {
  const name = asked.toLowerCase();
  return splitNames.find((known) => known === name) ?? (Object.hasOwn(alsoCalled, name) ? alsoCalled[name] : undefined);
}
