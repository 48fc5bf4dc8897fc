/**
 * AffectNet's later release: `train_set` and `val_set`, each with pictures and a small NumPy file for each annotation of a
 * picture.
 */

import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { problem } from "../diagnostics/diagnostic.js";
import { type AffectNetWishes, affectNetClass, affectNetClasses } from "./affectnet.js";
import type { FaceCut } from "./align/face-cut.js";
import { filesBelow } from "./files-below.js";
import { isFolder } from "./is-folder.js";
import { isNobodys } from "./nobodys-files.js";
import { readNpy } from "./npy.js";
import { type Part, type Refused, type Row, type RowSource, refuse } from "./rows.js";

const sets = [
  ["training", "train_set"],
  ["validation", "val_set"],
] as const satisfies readonly (readonly [Part, string])[];

/** Annotations read concurrently. */
const readsAtOnce = 32;

const labelEnding = "_exp.npy";

export async function annotatedRows(
  path: string,
  { align, side, decode }: AffectNetWishes,
): Promise<RowSource | Refused> {
  if (align === "box") return refuse(problem("data/cannot-align", { path, align, lacking: "boxes" }));
  const rows: Row[] = [];
  let skipped = 0;
  let hasValidation = false;
  for (const [part, set] of sets) {
    if (!(await isFolder(join(path, set)))) continue;
    hasValidation ||= part === "validation";
    for (const inner of ["images", "annotations"]) {
      if (await isFolder(join(path, set, inner))) continue;
      const missing = [`folder ${set}/${inner}`];
      return refuse(problem("data/another-layout", { path, layout: "affectnet", missing, is: undefined }));
    }
    const found = await labelled(path, set, part);
    if ("kind" in found) return found;
    skipped += found.skipped;
    rows.push(...found.rows);
  }
  const cutOf = (key: string): FaceCut => {
    const file = join(path, key.replace(/\/images\/(.*)\.[^.]*$/, "/annotations/$1_lnd.npy"));
    return { kind: "landmarks", file, side };
  };
  return {
    path,
    description: `affectnet ${path}`,
    classes: affectNetClasses,
    isOrdered: true,
    rows,
    given: hasValidation ? { validation: "val_set" } : {},
    warnings: skipped === 0 ? [] : [problem("data/files-left-out", { path, count: skipped })],
    ...filesBelow(path, decode, align === "none" ? {} : { cutOf }),
  };
}

/** The pictures of a set that have an expression, and the number of pictures without annotation. */
async function labelled(path: string, set: string, part: Part) {
  const images = new Map<string, string>();
  for (const name of await readdir(join(path, set, "images"))) {
    if (!isNobodys(name)) images.set(name.replace(/\.[^.]*$/, ""), name);
  }
  const all = await readdir(join(path, set, "annotations"));
  const ids = all
    .filter((name) => name.endsWith(labelEnding) && !isNobodys(name))
    .map((name) => name.slice(0, -labelEnding.length));
  ids.sort((a, b) => (a < b ? -1 : 1));
  const rows: Row[] = [];
  const bad: { readonly path: string; readonly reason: string }[] = [];
  for (let at = 0; at < ids.length; at += readsAtOnce) {
    const some = ids.slice(at, at + readsAtOnce);
    const read = await Promise.all(
      some.map((id) => expressionIn(join(path, set, "annotations", `${id}${labelEnding}`))),
    );
    for (const [i, id] of some.entries()) {
      const number = read[i];
      const file = images.get(id) ?? `${id}.jpg`;
      images.delete(id);
      if (typeof number === "object") bad.push(number);
      else if (typeof number === "number") rows.push({ key: `${set}/images/${file}`, part, class: number });
    }
  }
  const [first] = bad;
  if (first !== undefined) return refuse(problem("data/bad-annotation", { ...first, more: bad.length - 1 }));
  return { rows, skipped: images.size };
}

async function expressionIn(path: string) {
  const read = await readNpy(path);
  if (typeof read === "string") return { path, reason: read };
  const [value, ...more] = read.values;
  const number = more.length === 0 ? affectNetClass(String(value)) : undefined;
  return number ?? { path, reason: "it holds no number from 0 to 10" };
}
