/** A table of pictures: `path,label[,split][,person][,group]`, or `path` and a column with the share of each class. */
import { isProblem, problem } from "../diagnostics/diagnostic.js";
import { csvHeader, readCsv } from "./csv.js";
import { labelColumns, sameColumn } from "./csv-labels.js";
import type { Decode } from "./decode.js";
import { filesBelow } from "./files-below.js";
import { pathBelow } from "./path-below.js";
import { type Part, partNamed, type Refused, type Row, type RowSource, refuse } from "./rows.js";
import { Interned, TableKeys } from "./table-keys.js";

export async function csvRows(
  folder: string,
  table: string,
  { label, decode }: { readonly label: string; readonly decode: Decode },
): Promise<RowSource | Refused> {
  const header = await csvHeader(table);
  if (isProblem(header)) return refuse(header);
  const has = (column: string): boolean => header.some((name) => sameColumn(name, column));
  const labels = labelColumns(header, label);
  const missing = [...(has("path") ? [] : ["path"]), ...(labels === undefined ? [label] : [])];
  if (missing.length > 0 || labels === undefined) {
    return refuse(problem("data/missing-columns", { path: table, missing, found: header }));
  }
  const twice = header.find((name, index) => header.findIndex((other) => sameColumn(other, name)) < index);
  if (twice !== undefined) {
    return refuse(problem("data/unreadable-table", { path: table, reason: `it has two columns ${twice}` }));
  }
  const keys = new TableKeys();
  const texts = new Interned();
  const given: Partial<Record<Part, string>> = {};
  const rows: Row[] = [];
  const unread = await readCsv(table, ["path"], ({ get, line }) => {
    const written = get("path");
    const path = pathBelow(written);
    if (path === undefined) return `the path "${written.slice(0, 100)}" names no file below the folder`;
    const split = get("split").trim();
    const part = has("split") ? partNamed(split) : "training";
    if (part === undefined) return `split "${split.slice(0, 20)}" is not train, val or test`;
    const said = labels.read(get);
    if (typeof said === "string") return said;
    given[part] ??= `the split ${texts.of(split)}`;
    const person = get("person").trim();
    const group = get("group").trim();
    const { key, file } = keys.take(path, line);
    rows.push({
      key,
      part,
      class: said.class,
      shares: said.shares,
      person: person === "" ? undefined : texts.of(person),
      group: group === "" ? undefined : texts.of(group),
      file,
    });
    return undefined;
  });
  if (unread !== undefined) return refuse(unread);
  const placed = has("split") ? rows : partsByFolder(rows, given);
  const { training: _, ...others } = given;
  return {
    path: table,
    description: `csv ${table}`,
    classes: labels.classes(),
    isOrdered: labels.isOrdered,
    rows: placed,
    given: others,
    warnings: [],
    ...filesBelow(folder, decode, { files: keys.files }),
  };
}

/**
 * Assigns parts to rows of a table without a split column, if each path begins with the folder of a part (`train/happy/1.png`):
 * pictures below `test` must not be trained on.
 */
function partsByFolder(rows: readonly Row[], given: Partial<Record<Part, string>>): readonly Row[] {
  const folders = rows.map(({ key, file = key }) => file.slice(0, Math.max(0, file.indexOf("/"))));
  const parts = new Map([...new Set(folders)].map((folder) => [folder, partNamed(folder)] as const));
  const named = [...parts.values()];
  if (named.includes(undefined) || !named.includes("training")) return rows;
  for (const [folder, part = "training"] of parts) given[part] = `the folder ${folder}`;
  return rows.map((row, i) => ({ ...row, part: parts.get(folders[i] ?? "") ?? row.part }));
}
