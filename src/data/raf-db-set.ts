/**
 * RAF-DB's basic expressions: `Image/aligned` with its list of labels, as originally published, or folders 1 to 7 below `train`
 * and `test`, as often redistributed. Both use RAF-DB's class numbers.
 */

import { join } from "node:path";
import { isProblem, problem } from "../diagnostics/diagnostic.js";
import type { Decode } from "./decode.js";
import { filesBelow } from "./files-below.js";
import { isFolder } from "./is-folder.js";
import { numberedRows } from "./raf-db-folders.js";
import { rafDbClasses, readHeldOutList, readRafDbList } from "./raf-db-list.js";
import { recogniseLayout } from "./recognise-layout.js";
import { type Refused, type Row, type RowSource, refuse } from "./rows.js";

const usualList = "list_patition_label.txt";

export interface RafDbWishes {
  /** The list of labels, a file in EmoLabel. */
  readonly list: string;
  /** A list of training pictures that are held out; "" for none. */
  readonly validation: string;
  /** Which pictures: aligned faces, or the original ones. */
  readonly pictures: "aligned" | "original";
}

/** Folders that an unpacked archive may have around the data. */
const wrappings = ["", "basic", "DATASET"];

export async function rafDbRows(path: string, wishes: RafDbWishes, decode: Decode): Promise<RowSource | Refused> {
  const { list, validation, pictures } = wishes;
  const isUsual = list === usualList && pictures === "aligned";
  for (const inner of wrappings) {
    const root = join(path, inner);
    const isListed = await isFolder(join(root, "EmoLabel"));
    if (!isListed && !(isUsual && (await isFolder(join(root, "train"))))) continue;
    const found = isListed ? await listedRows(root, wishes) : await numberedRows(root, validation);
    if ("kind" in found) return found;
    const { rows, warnings } = found;
    return {
      path,
      description: `raf_db ${path}${list === usualList ? "" : `, ${list}`}`,
      classes: rafDbClasses,
      isOrdered: true,
      rows,
      given: {
        ...(validation === "" ? {} : { validation: `the list ${validation}` }),
        ...(rows.some(({ part }) => part === "test") ? { test: "the test pictures" } : {}),
      },
      warnings,
      ...filesBelow(root, decode),
    };
  }
  const missing = ["folder EmoLabel", ...(isUsual ? ["folder train"] : [])];
  const is = await recogniseLayout(path);
  return refuse(
    problem("data/another-layout", { path, layout: "raf_db", missing, is: is === "raf_db" ? undefined : is }),
  );
}

/** The originally published form. */
async function listedRows(root: string, { list, validation, pictures }: RafDbWishes) {
  const folder = `Image/${pictures}`;
  if (!(await isFolder(join(root, folder)))) {
    const missing = [`folder ${folder}`];
    return refuse(problem("data/another-layout", { path: root, layout: "raf_db", missing, is: undefined }));
  }
  const listed = await readRafDbList(join(root, "EmoLabel", list));
  if (isProblem(listed)) return refuse(listed);
  const held =
    validation === "" ? new Set<string>() : await readHeldOutList(join(root, "EmoLabel", validation), listed, list);
  if (isProblem(held)) return refuse(held);
  // The list has train_00001.jpg where the file is called train_00001_aligned.jpg.
  const fileOf = (name: string): string =>
    pictures === "aligned" ? name.replace(/(\.[^.]*)?$/, (ending) => `_aligned${ending}`) : name;
  const rows = [...listed].map(
    ([name, { part, class: number }]): Row => ({
      key: `${folder}/${fileOf(name)}`,
      part: held.has(name) ? "validation" : part,
      class: number,
    }),
  );
  return { rows, warnings: [] };
}
