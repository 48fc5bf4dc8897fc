/** RAF-DB as often redistributed: folders 1 to 7 below `train` and `test`, with redundant tables. */

import { readdir } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { isProblem, type Problem, problem } from "../diagnostics/diagnostic.js";
import { readCsv } from "./csv.js";
import { isFile, isFolder } from "./is-folder.js";
import { isNobodys } from "./nobodys-files.js";
import { findPictures } from "./picture-files.js";
import { type ListedPicture, rafDbClass, rafDbClasses, readHeldOutList } from "./raf-db-list.js";
import { type Refused, type Row, refuse } from "./rows.js";

const tops = [
  ["training", "train"],
  ["test", "test"],
] as const;

export async function numberedRows(
  root: string,
  validation: string,
): Promise<{ readonly rows: readonly Row[]; readonly warnings: readonly Problem[] } | Refused> {
  const found: { readonly key: string; readonly name: string; readonly listed: ListedPicture }[] = [];
  let skipped = 0;
  for (const [part, top] of tops) {
    const names = (await readdir(join(root, top)).catch(() => [])).filter((name) => !isNobodys(name));
    for (const name of names.toSorted()) {
      const number = rafDbClass(name);
      if (!(await isFolder(join(root, top, name)))) skipped++;
      else if (number === undefined) {
        const labels = rafDbClasses.map((label, index) => `${index + 1} (${label})`);
        return refuse(
          problem("data/unknown-class", {
            path: join(root, top),
            unknown: [name],
            labels,
            suggestion: undefined,
            isAll: false,
          }),
        );
      } else {
        const { pictures, skipped: others } = await findPictures([join(root, top, name)]);
        skipped += others.length;
        for (const file of pictures) {
          const key = relative(root, file).split(sep).join("/");
          found.push({ key, name: listName(key), listed: { part, class: number } });
        }
      }
    }
  }
  const listed = new Map(found.map(({ name, listed: about }) => [name, about]));
  for (const [, top] of tops) {
    const disagreement = await disagreementWith(join(root, `${top}_labels.csv`), listed);
    if (disagreement !== undefined) return refuse(disagreement);
  }
  const held =
    validation === "" ? new Set<string>() : await readHeldOutList(join(root, validation), listed, "the folders");
  if (isProblem(held)) return refuse(held);
  return {
    rows: found.map(({ key, name, listed: { part, class: number } }) => ({
      key,
      part: part === "training" && held.has(name) ? "validation" : part,
      class: number,
    })),
    warnings: skipped === 0 ? [] : [problem("data/files-left-out", { path: root, count: skipped })],
  };
}

/** A picture's name in a list: without folder and without `_aligned`. */
const listName = (path: string): string => path.slice(path.lastIndexOf("/") + 1).replace(/_aligned(?=\.[^.]*$)/, "");

/** The first picture that a table (`image,label`) labels differently from its folder; undefined if there is none, or no table. */
async function disagreementWith(
  path: string,
  listed: ReadonlyMap<string, ListedPicture>,
): Promise<Problem | undefined> {
  if (!(await isFile(path))) return undefined;
  const wrong: { readonly picture: string; readonly here: string; readonly there: string }[] = [];
  const unread = await readCsv(path, ["image", "label"], ({ get }) => {
    const name = listName(get("image"));
    const here = listed.get(name);
    const there = rafDbClass(get("label").trim());
    if (here === undefined || here.class === there) return undefined;
    const said = there === undefined ? get("label") : (rafDbClasses[there] ?? "");
    wrong.push({ picture: name, here: rafDbClasses[here.class] ?? "", there: said });
    return undefined;
  });
  const [first] = wrong;
  if (first === undefined) return unread;
  return problem("data/labels-disagree", { path, ...first, more: wrong.length - 1 });
}
