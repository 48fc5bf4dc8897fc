/** AffectNet's first release: `training.csv` and `validation.csv`, with a box and 68 landmarks for each face. */

import { join } from "node:path";
import { isProblem, type Problem, problem } from "../diagnostics/diagnostic.js";
import { type AffectNetWishes, affectNetClass, affectNetClasses } from "./affectnet.js";
import { fivePoints, landmarkNumbers } from "./align/face.js";
import type { FaceCut } from "./align/face-cut.js";
import type { Point } from "./align/similarity.js";
import { csvHeader, readCsv } from "./csv.js";
import { filesBelow } from "./files-below.js";
import { isFile, isFolder } from "./is-folder.js";
import { pathBelow } from "./path-below.js";
import { type Part, type Refused, type Row, type RowSource, refuse } from "./rows.js";
import { TableKeys } from "./table-keys.js";

const pictureFolders = ["Manually_Annotated_Images", "Manually_Annotated/Manually_Annotated_Images"];

const boxColumns = ["face_x", "face_y", "face_width", "face_height"] as const;

/** The columns, and how many numbers, that each way of cutting out a face needs from a row. */
const geometry = {
  none: { columns: [], numbers: 0 },
  box: { columns: boxColumns, numbers: 4 },
  five_points: { columns: ["facial_landmarks"], numbers: 10 },
} as const satisfies Record<AffectNetWishes["align"], { columns: readonly string[]; numbers: number }>;

export async function tabledRows(
  path: string,
  tables: string,
  { align, side, decode }: AffectNetWishes,
): Promise<RowSource | Refused> {
  const pictures = await firstFolder(path);
  if (pictures === undefined) {
    const missing = [`folder ${pictureFolders[0]}`];
    return refuse(problem("data/another-layout", { path, layout: "affectnet", missing, is: undefined }));
  }
  const keys = new TableKeys();
  const rows: Row[] = [];
  const { columns, numbers } = geometry[align];
  const faces = new FaceNumbers(numbers);
  const needed = ["subDirectory_filePath", "expression", ...columns];
  const header = await csvHeader(join(tables, "training.csv"));
  if (isProblem(header)) return refuse(header);
  const problems: Problem[] = [];
  const hasValidation = await isFile(join(tables, "validation.csv"));
  const files: readonly (readonly [Part, string])[] = [
    ["training", "training.csv"],
    ...(hasValidation ? [["validation", "validation.csv"] as const] : []),
  ];
  for (const [part, name] of files) {
    const read = ({ get, line }: { get: (column: string) => string; line: number }): string | undefined => {
      const number = affectNetClass(get("expression"));
      if (number === undefined) return `expression "${get("expression").slice(0, 20)}" is not a number from 0 to 10`;
      if (number === "left-out") return undefined;
      const written = get("subDirectory_filePath");
      const file = pathBelow(written);
      if (file === undefined) return `the path "${written.slice(0, 100)}" names no file below the folder`;
      const taken = keys.take(`${pictures}/${file}`, line);
      rows.push({ key: taken.key, part, class: number, file: taken.file });
      if (align === "box")
        faces.add(
          taken.key,
          boxColumns.map((column) => numberOf(get(column))),
        );
      if (align === "five_points") faces.add(taken.key, pointsOf(get("facial_landmarks")));
      return undefined;
    };
    // Copies of the validation table may lack the header: it has the same columns as the training table.
    const unread = await readCsv(join(tables, name), needed, read, part === "validation" ? header : undefined);
    if (unread !== undefined) problems.push(unread);
  }
  if (problems.length > 0) return refuse(...problems);
  return {
    path,
    description: `affectnet ${path}`,
    classes: affectNetClasses,
    isOrdered: true,
    rows,
    given: hasValidation ? { validation: "validation.csv" } : {},
    warnings: [],
    ...filesBelow(path, decode, {
      files: keys.files,
      ...(align === "none" ? {} : { cutOf: cutBy(faces, align, side) }),
    }),
  };
}

/** A separate function, so that its closure keeps only the numbers of the tables in memory. */
function cutBy(faces: FaceNumbers, align: "box" | "five_points", side: number): (key: string) => FaceCut {
  return (key) => {
    const [x = NaN, y = NaN, width = NaN, height = NaN] = faces.of(key);
    return align === "box"
      ? { kind: "box", box: { x, y, width, height } }
      : { kind: "points", points: faces.points(key), side };
  };
}

async function firstFolder(path: string): Promise<string | undefined> {
  for (const folder of pictureFolders) if (await isFolder(join(path, folder))) return folder;
  return undefined;
}

const numberOf = (text: string): number => (text.trim() === "" ? Number.NaN : Number(text));

/** Five of the 68 points in a field, `x;y;x;y;...`; empty if the field is malformed. */
function pointsOf(field: string): readonly number[] {
  const numbers = field.split(";", landmarkNumbers + 2).map(numberOf);
  if (numbers.length !== landmarkNumbers || !numbers.every(Number.isFinite)) return [];
  return fivePoints(numbers).flatMap(({ x, y }) => [x, y]);
}

/** A fixed number of values per key, in one growing buffer: there are a third of a million rows. */
class FaceNumbers {
  readonly #count: number;
  readonly #places = new Map<string, number>();
  #numbers = new Float32Array(0);

  constructor(count: number) {
    this.#count = count;
  }

  add(key: string, numbers: readonly number[]): void {
    const place = this.#places.size * this.#count;
    this.#places.set(key, place);
    if (place + this.#count > this.#numbers.length) {
      const larger = new Float32Array(Math.max(4096, this.#numbers.length * 2));
      larger.set(this.#numbers);
      this.#numbers = larger;
    }
    this.#numbers.fill(Number.NaN, place, place + this.#count);
    this.#numbers.set(numbers, place);
  }

  of(key: string): Float32Array {
    const place = this.#places.get(key);
    return place === undefined ? new Float32Array(0) : this.#numbers.subarray(place, place + this.#count);
  }

  points(key: string): readonly Point[] {
    const numbers = this.of(key);
    return Array.from({ length: 5 }, (_, i) => ({ x: numbers[2 * i] ?? NaN, y: numbers[2 * i + 1] ?? NaN }));
  }
}
