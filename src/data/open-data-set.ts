/** A data set as a recipe names it, opened: the one door to all layouts. */

import { resolve } from "node:path";
import { isProblem, type Problem, problem } from "../diagnostics/diagnostic.js";
import { invariant } from "../diagnostics/invariant.js";
import { recipeSignatures } from "../recipe/signatures.js";
import { nameOf, type RecipeThing } from "../recipe/thing.js";
import type { DataSet } from "./data-set.js";
import { loadDecoder } from "./decode.js";
import { openFolder } from "./folder-set.js";
import type { DataLayout } from "./recognise-layout.js";

export interface DataSetRequest {
  /** What `--data` says: a folder, or a table in one, as the user writes it. Undefined where the recipe says it. */
  readonly data: string | undefined;
  /** The folder of the .lfer file, for paths that stand in it. */
  readonly home: string;
  /** The model's labels; undefined where it has none: then the classes are those of the data. */
  readonly labels: readonly string[] | undefined;
  /** How many classes the model tells apart; undefined where no model is meant. */
  readonly classCount: number | undefined;
  /** Of what is held out where the data do not say it. */
  readonly seed: number;
  /** The model's picture, for layouts that cut the face out: 112 x 112 where no model is meant. */
  readonly size?: { readonly width: number; readonly height: number } | undefined;
}

/** The data set that a recipe's `data` entry means, or everything that keeps it from being used. */
export async function openDataSet(thing: RecipeThing, request: DataSetRequest): Promise<DataSet | readonly Problem[]> {
  const name = nameOf(thing, "data");
  const inFile = String(thing.fields.path ?? "");
  const path = request.data ?? (inFile === "" ? undefined : resolve(request.home, inFile));
  invariant(path !== undefined, "data without a place");
  const decode = await loadDecoder();
  if (isProblem(decode)) return [decode];
  switch (name) {
    case "folder": {
      const opened = await openFolder(path, { ...request, decode });
      return "kind" in opened ? opened.problems : opened;
    }
    case "raf_db":
    case "affectnet":
    case "ferplus":
    case "fer2013":
    case "csv":
      return [problem("train/unsupported-data", { name })];
  }
}

/** A layout as a recipe would write it without saying more: for commands that have no recipe (see `recogniseLayout`). */
export function plainData(layout: DataLayout): RecipeThing {
  const signature = recipeSignatures.find(({ sort, name }) => sort === "data" && name === layout);
  invariant(signature !== undefined, `no data set is called ${layout}`);
  const fields = signature.parameters.map((parameter) => [parameter.name, parameter.default ?? ""] as const);
  return {
    kind: "thing",
    sort: "data",
    name: layout,
    fields: Object.fromEntries(fields),
    span: { file: "", start: 0, end: 0 },
  };
}
