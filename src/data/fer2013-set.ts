/** FER2013: pixels and one of seven classes in a table of three usages. */
import { isProblem } from "../diagnostics/diagnostic.js";
import { type Fer2013Table, fer2013Classes, readFer2013 } from "./fer2013-table.js";
import { type Refused, type Row, type RowSource, refuse } from "./rows.js";

export async function fer2013Rows(path: string, table: string): Promise<RowSource | Refused> {
  const found = await readFer2013(table);
  if (isProblem(found)) return refuse(found);
  return {
    path,
    description: `fer2013 ${path}`,
    classes: fer2013Classes,
    isOrdered: true,
    rows: found.rows.map(({ part, class: emotion }, index) => ({ key: found.keyOf(index), part, class: emotion })),
    given: usagesOf(found),
    warnings: [],
    read: found.read,
  };
}

/** The parts of a FER2013 table other than Training, by its own names. */
export function usagesOf({ rows }: Pick<Fer2013Table, "rows">): RowSource["given"] {
  const first = (part: Row["part"]) => rows.find((row) => row.part === part)?.usage;
  const [validation, test] = [first("validation"), first("test")];
  return {
    ...(validation === undefined ? {} : { validation }),
    ...(test === undefined ? {} : { test }),
  };
}
