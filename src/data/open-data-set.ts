/** A data set as a recipe names it, opened: the one door to all layouts. */

import { dirname, join, resolve } from "node:path";
import { isProblem, type Problem, problem } from "../diagnostics/diagnostic.js";
import { invariant } from "../diagnostics/invariant.js";
import type { ThingOf } from "../recipe/signatures.js";
import { readThing } from "../recipe/thing.js";
import { affectNetRows } from "./affectnet-set.js";
import { assemble } from "./assemble.js";
import { csvRows } from "./csv-set.js";
import type { DataSet } from "./data-set.js";
import { type Decode, loadDecoder } from "./decode.js";
import { fer2013Rows } from "./fer2013-set.js";
import { ferPlusRows } from "./ferplus-set.js";
import { folderRows } from "./folder-set.js";
import { isFile, isFolder, isMissing } from "./is-folder.js";
import { rafDbRows } from "./raf-db-set.js";
import { type DataLayout, recogniseLayout, usualTables } from "./recognise-layout.js";
import { type Refused, type RowSource, refuse } from "./rows.js";

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
  /** Nobody trains on it: it may lack the pictures for that. */
  readonly isOnlyJudged?: boolean | undefined;
}

/** The data set that a recipe's `data` entry means, or everything that keeps it from being used. */
export async function openDataSet(
  thing: ThingOf<"data">,
  request: DataSetRequest,
): Promise<DataSet | readonly Problem[]> {
  const inFile = thing.fields.path;
  const path = request.data ?? (inFile === "" ? undefined : resolve(request.home, inFile));
  invariant(path !== undefined, "data without a place");
  // Said here once: what a layout misses in a folder that is not there would be no help.
  if (await isMissing(path)) return [problem("data/unreadable-folder", { path, reason: "there is no such folder" })];
  const decode = await loadDecoder();
  if (isProblem(decode)) return [decode];
  const rows = await openRows(thing, path, request, decode);
  if ("kind" in rows) return rows.problems;
  const { labels, classCount, seed, isOnlyJudged = false } = request;
  const set = assemble(rows, {
    labels,
    classCount,
    seed,
    leaveOut: thing.fields.leave_out,
    merge: thing.fields.merge,
    holdOut: thing.fields.hold_out,
    heldOut: thing.fields.held_out,
    person: thing.fields.person,
    group: thing.fields.group,
    isOnlyJudged,
  });
  return "kind" in set ? set.problems : set;
}

const usualSize = { width: 112, height: 112 };

/** Its rows, before anybody says which classes are meant and what is held out. */
export async function openRows(
  thing: ThingOf<"data">,
  path: string,
  { labels, home, size = usualSize }: Pick<DataSetRequest, "labels" | "home" | "size">,
  decode: Decode,
): Promise<RowSource | Refused> {
  switch (thing.name) {
    case "folder":
      // Its folders Image and EmoLabel would be taken for classes.
      if ((await recogniseLayout(path)) === "raf_db" && !(await isFolder(join(path, "train")))) {
        const missing = ["folder for each class"];
        return refuse(problem("data/another-layout", { path, layout: "folder", missing, is: "raf_db" }));
      }
      return folderRows(path, labels, decode);
    case "raf_db": {
      const { list, validation, pictures } = thing.fields;
      return rafDbRows(path, { list, validation, pictures }, decode);
    }
    case "fer2013": {
      const { folder, table } = await tableIn(path, thing.fields.list);
      return fer2013Rows(folder, table);
    }
    case "ferplus": {
      const { folder, table } = await tableIn(path, usualTables.fer2013);
      return ferPlusRows(
        folder,
        { pixels: table, votes: join(folder, usualTables.ferplus) },
        {
          labels: thing.fields.labels,
          singleVotes: thing.fields.single_votes,
        },
      );
    }
    case "csv": {
      const { folder, table } = await tableIn(path, thing.fields.list, home);
      return csvRows(folder, table, { label: thing.fields.label, decode });
    }
    case "affectnet": {
      const { align } = thing.fields;
      return affectNetRows(path, { align, side: Math.max(size.width, size.height), decode });
    }
  }
}

/**
 * A folder and the table of its pictures: the path itself where it is a file, else the table of that name in the folder, or in
 * the folder of the .lfer file (a teacher's answers lie beside the recipe that reads them).
 */
async function tableIn(
  path: string,
  name: string,
  home: string = path,
): Promise<{ readonly folder: string; readonly table: string }> {
  if (await isFile(path)) return { folder: dirname(path), table: path };
  const [inside, beside] = [resolve(path, name), resolve(home, name)];
  return { folder: path, table: !(await isFile(inside)) && (await isFile(beside)) ? beside : join(path, name) };
}

/** A layout as a recipe would write it without saying more: for commands that have no recipe (see `recogniseLayout`). */
export function plainData(layout: DataLayout): ThingOf<"data"> {
  const made = readThing("data", layout, {});
  invariant(made !== undefined, `no data set is called ${layout}`);
  return made;
}
