/**
 * A data set as a recipe reads it, as a table for other programs: `path,label` or `path` and a share for each class, then `split`,
 * and `person,group` if the data have them. `csv(...)` and a built `train.py` read it.
 */
import { relative, sep } from "node:path";
import { isReservedColumn } from "../data/csv-labels.js";
import type { DataSet, Sample } from "../data/data-set.js";
import { pathBelow } from "../data/path-below.js";
import { isProblem, type Problem, problem } from "../diagnostics/diagnostic.js";
import { csvLine } from "../formats/csv-cells.js";
import type { Pictures } from "./read-pictures.js";

export interface TrainingManifest {
  readonly text: string;
  /** The folder that its paths are relative to. */
  readonly folder: string;
  /** Numbers of pictures by split. */
  readonly counts: ReadonlyMap<string, number>;
}

interface Listed {
  readonly sample: Sample;
  readonly split: string;
}

/** The table of the good pictures: training, held out, and those left for the end; or why there is none. */
export function trainingManifest(
  set: DataSet,
  { training, heldOut }: Pick<Pictures, "training" | "heldOut">,
): TrainingManifest | Problem {
  const heldOutSplit = set.heldOutIsTest === true ? "test" : "val";
  const listed = (samples: readonly Sample[], split: string): readonly Listed[] =>
    samples.map((sample) => ({ sample, split }));
  const all = [
    ...listed(training, "train"),
    ...listed(heldOut, heldOutSplit),
    ...(set.heldOutIsTest === true ? [] : listed(set.test ?? [], "test")),
  ];
  const files = all.map(({ sample }) => fileOf(set, sample));
  const wrong = files.find(isProblem);
  if (wrong !== undefined) return wrong;
  const paths = files as readonly string[];
  const folder = folderOf(paths, all);
  const below = paths.map((path) => relative(folder, path).split(sep).join("/"));
  const outside = below.find((path) => pathBelow(path) !== path);
  if (outside !== undefined)
    return problem("look/no-manifest", { data: set.description, reason: "outside", name: outside });
  const { classes } = set;
  const isSoft = all.some(({ sample }) => isShared(sample));
  const clash = isSoft ? classes.find((name) => isReservedColumn(name)) : undefined;
  if (clash !== undefined) return problem("look/no-manifest", { data: set.description, reason: "class", name: clash });
  const who = (["person", "group"] as const).filter((name) => all.some(({ sample }) => sample[name] !== undefined));
  const header = ["path", ...(isSoft ? classes : ["label"]), "split", ...who];
  const lines = all.map(({ sample, split }, i) => {
    const said = isSoft ? [...sample.target].map(shareText) : [classes[sample.label] ?? ""];
    return csvLine([below[i] ?? "", ...said, split, ...who.map((name) => sample[name] ?? "")]);
  });
  const counts = new Map<string, number>();
  for (const { split } of all) counts.set(split, (counts.get(split) ?? 0) + 1);
  return { text: csvLine(header) + lines.join(""), folder, counts };
}

/** The picture's file, if that alone is the picture. */
function fileOf(set: DataSet, sample: Sample): string | Problem {
  const place = set.place?.(sample);
  if (place !== undefined && place.cut === undefined) return place.path;
  const reason = place === undefined ? "table" : "cut";
  return problem("look/no-manifest", { data: set.description, reason, name: sample.key });
}

/** The folder that the samples' names are relative to: so they are the same in a run on the table. */
function folderOf(paths: readonly string[], all: readonly Listed[]): string {
  for (const [i, path] of paths.entries()) {
    const end = `${sep}${(all[i]?.sample.key ?? "").split("/").join(sep)}`;
    // A picture that a table names twice has another name than its file.
    if (path.endsWith(end)) return path.slice(0, -end.length) || sep;
  }
  return sep;
}

const isShared = ({ label, target }: Sample): boolean => target[label] !== 1;

/** Enough digits for a float32. */
const shareText = (share: number): string => String(Number(share.toPrecision(9)));
