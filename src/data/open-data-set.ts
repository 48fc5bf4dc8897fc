/** Opens a data set that a recipe names; the entry point for all layouts. */

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
  /** The value of `--data`: a folder, or a table in one. Undefined if the recipe names it. */
  readonly data: string | undefined;
  /** The folder of the .lfer file, for paths in it. */
  readonly home: string;
  /** The model's labels; undefined if it has none: then the classes are those of the data. */
  readonly labels: readonly string[] | undefined;
  /** The model's number of classes; undefined without a model. */
  readonly classCount: number | undefined;
  /** The seed for held-out pictures, if the data have no split. */
  readonly seed: number;
  /** The model's picture size, for layouts that cut out the face: 112 x 112 without a model. */
  readonly size?: { readonly width: number; readonly height: number } | undefined;
  /** Only for evaluation: it may lack training pictures. */
  readonly isOnlyJudged?: boolean | undefined;
}

/** The data set of a recipe's `data` entry, or all problems that prevent its use. */
export async function openDataSet(
  thing: ThingOf<"data">,
  request: DataSetRequest,
): Promise<DataSet | readonly Problem[]> {
  const inFile = thing.fields.path;
  const path = request.data ?? (inFile === "" ? undefined : resolve(request.home, inFile));
  invariant(path !== undefined, "data without a place");
  // Checked here once: messages about missing files of a layout would not help for a missing folder.
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

/** Its rows, before classes are matched and pictures held out. */
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
 * A folder and the table of its pictures: the path itself if it is a file, else the named table in the folder, or in the folder
 * of the .lfer file (a teacher's predictions may be next to the recipe).
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

/** A layout as in a recipe with defaults only: for commands without a recipe (see `recogniseLayout`). */
export function plainData(layout: DataLayout): ThingOf<"data"> {
  const made = readThing("data", layout, {});
  invariant(made !== undefined, `no data set is called ${layout}`);
  return made;
}
