/**
 * `fer2013.csv`: a picture of 48 x 48 grey values in each row. Only the offsets of rows are stored; a row is read again when
 * its picture is needed.
 */

import { basename } from "node:path";
import { isProblem, type Problem, problem } from "../diagnostics/diagnostic.js";
import { sha256 } from "../formats/digest.js";
import { readCsv, splitFields } from "./csv.js";
import { readPiece } from "./file-piece.js";
import type { ReadPicture } from "./picture-place.js";
import { type Part, partNamed } from "./rows.js";

const side = 48;

/** The classes by number, from 0. */
export const fer2013Classes = ["anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral"] as const;

export interface Fer2013Row {
  readonly part: Part;
  /** An index into {@link fer2013Classes}. */
  readonly class: number;
  readonly line: number;
  /** As written in the table: `PublicTest`. */
  readonly usage: string;
  readonly offset: number;
  readonly bytes: number;
}

export interface Fer2013Table {
  readonly rows: readonly Fer2013Row[];
  /** The key of a row: the table's name and the row's number, from 1. */
  keyOf(index: number): string;
  read(key: string): Promise<ReadPicture | Problem>;
}

export async function readFer2013(path: string): Promise<Fer2013Table | Problem> {
  const rows: Fer2013Row[] = [];
  let column = 0;
  const usages = new Map<string, string>();
  const unread = await readCsv(path, ["emotion", "pixels", "Usage"], ({ get, line, offset, bytes }, header) => {
    column = header.findIndex((name) => name.toLowerCase() === "pixels");
    const emotion = get("emotion").trim();
    if (!/^[0-6]$/.test(emotion)) return `emotion "${emotion.slice(0, 20)}" is not a number from 0 to 6`;
    const written = get("Usage").trim();
    const part = partNamed(written);
    if (part === undefined) return `Usage "${written.slice(0, 20)}" is not Training, PublicTest or PrivateTest`;
    const usage = usages.get(written) ?? Buffer.from(written).toString();
    usages.set(usage, usage);
    rows.push({ part, class: Number(emotion), line, usage, offset, bytes });
    return undefined;
  });
  if (unread !== undefined) return unread;
  const name = basename(path);
  return {
    rows,
    keyOf: (index) => `${name}/${index + 1}`,
    read: async (key) => {
      const row = rows[Number(key.slice(key.lastIndexOf("/") + 1)) - 1];
      if (row === undefined) return problem("data/missing-picture", { path: key });
      const text = await textAt(path, row);
      if (isProblem(text)) return text;
      const greys = greysOf(splitFields(text.replace(/\r?\n$/, "").replaceAll("\r\n", "\n"))[column] ?? "");
      if (typeof greys === "string") return problem("data/bad-pixels", { path, line: row.line, reason: greys });
      const pixels = new Uint8Array(side * side * 3);
      for (const [i, grey] of greys.entries()) pixels.fill(grey, i * 3, i * 3 + 3);
      return { image: { width: side, height: side, pixels }, digest: sha256([greys]) };
    },
  };
}

async function textAt(path: string, { offset, bytes, line }: Fer2013Row): Promise<string | Problem> {
  try {
    const read = await readPiece(path, offset, bytes);
    if (read.length === bytes) return read.toString("utf8");
    return problem("data/bad-pixels", { path, line, reason: "the file has become shorter" });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    return problem("data/unreadable-picture", { path, reason: code });
  }
}

/** The pixels of a field, or in words what is wrong with it. */
function greysOf(field: string): Uint8Array | string {
  const greys = new Uint8Array(side * side);
  let count = 0;
  for (const [number] of field.matchAll(/\S+/g)) {
    if (!/^\d{1,3}$/.test(number) || Number(number) > 255)
      return `"${number.slice(0, 20)}" is not a grey value from 0 to 255`;
    if (count === greys.length) return `it has more than ${side} x ${side} pixels`;
    greys[count++] = Number(number);
  }
  return count === greys.length ? greys : `it has ${count} pixels, ${side} x ${side} are ${greys.length}`;
}
