/** AffectNet in either release: tables with boxes and landmarks, or folders of pictures with annotation files. */

import { join } from "node:path";
import { problem } from "../diagnostics/diagnostic.js";
import type { AffectNetWishes } from "./affectnet.js";
import { annotatedRows } from "./affectnet-folders.js";
import { tabledRows } from "./affectnet-tables.js";
import { isFile, isFolder } from "./is-folder.js";
import { recogniseLayout } from "./recognise-layout.js";
import { type Refused, type RowSource, refuse } from "./rows.js";

/** Where the tables are: in the folder, or in the subfolder of the archive. */
const tableFolders = ["", "Manually_Annotated_file_lists"];

export async function affectNetRows(path: string, wishes: AffectNetWishes): Promise<RowSource | Refused> {
  for (const folder of tableFolders) {
    if (await isFile(join(path, folder, "training.csv"))) return tabledRows(path, join(path, folder), wishes);
  }
  if (await isFolder(join(path, "train_set"))) return annotatedRows(path, wishes);
  const is = await recogniseLayout(path);
  const missing = ["file training.csv", "folder train_set"];
  return refuse(
    problem("data/another-layout", { path, layout: "affectnet", missing, is: is === "affectnet" ? undefined : is }),
  );
}
