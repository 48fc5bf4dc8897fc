/** Reads text files line by line, whatever their size; for lists and tables. */

import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { type Problem, problem } from "../diagnostics/diagnostic.js";

/** A line without its line break. */
export interface Line {
  readonly text: string;
  /** From 1. */
  readonly number: number;
  /** Its offset in the file, and its length in bytes with the line break. */
  readonly offset: number;
  readonly bytes: number;
}

/** A row of 48 x 48 pixels has ten thousand characters; longer lines are rejected. */
export const lineLimit = 2 ** 20;

/** Data sets with more lines would not fit into memory. */
export const linesLimit = 5_000_000;

const pieceBytes = 2 ** 18;

/** The result of looking at a line: `stop` ends the reading, a reason in words rejects the file. */
export type Verdict = undefined | "stop" | { readonly reason: string };

/** Calls `look` for each line while reading: the file is never in memory as a whole. */
export async function eachLine(path: string, look: (line: Line) => Verdict): Promise<Problem | undefined> {
  const refuse = (reason: string): Problem => problem("data/unreadable-table", { path, reason });
  let number = 0;
  let offset = 0;
  /** Handles the line in `bytes`, including its line break. */
  const see = (bytes: Buffer): Verdict => {
    number++;
    if (number > linesLimit) return { reason: `it has more than ${linesLimit} lines` };
    const text = bytes.toString("utf8").replace(/\r?\n$/, "");
    const line = { text: number === 1 ? text.replace(/^\uFEFF/, "") : text, number, offset, bytes: bytes.length };
    offset += bytes.length;
    return look(line);
  };
  try {
    // A pipe or a device may never end.
    if (!(await stat(path)).isFile()) return refuse("it is not a regular file");
    let rest: Buffer = Buffer.alloc(0);
    for await (const piece of createReadStream(path, { highWaterMark: pieceBytes })) {
      const seen = Buffer.concat([rest, piece as Buffer]);
      if (number === 0 && isWide(seen)) return refuse("it is UTF-16; save it as UTF-8");
      let from = 0;
      for (let end = seen.indexOf(lineEnd); end !== -1; end = seen.indexOf(lineEnd, from)) {
        const verdict = see(seen.subarray(from, end + 1));
        if (verdict !== undefined) return verdict === "stop" ? undefined : refuse(verdict.reason);
        from = end + 1;
      }
      rest = seen.subarray(from);
      if (rest.length > lineLimit) return refuse(`line ${number + 1} has more than ${lineLimit} bytes`);
    }
    const verdict = rest.length === 0 ? undefined : see(rest);
    return verdict === undefined || verdict === "stop" ? undefined : refuse(verdict.reason);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    return refuse(fileFaults[code] ?? code);
  }
}

const lineEnd = 0x0a;

const isWide = (bytes: Buffer): boolean =>
  (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);

const fileFaults: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  ENOTDIR: "there is no such file",
  EISDIR: "it is a folder",
  EACCES: "permission denied",
  EPERM: "permission denied",
  ENAMETOOLONG: "the name is too long",
  ELOOP: "its links form a cycle",
};

/** A copy of the text: a slice of a line would keep the whole line in memory. */
export const ownText = (piece: string): string => Buffer.from(piece, "utf8").toString("utf8");

/** Malformed lines of one file: the first is reported, the others are counted. */
export class BadLines {
  readonly #path: string;
  #first: { readonly line: number; readonly reason: string } | undefined;
  #count = 0;

  constructor(path: string) {
    this.#path = path;
  }

  add(line: number, reason: string): void {
    this.#first ??= { line, reason };
    this.#count++;
  }

  get problem(): Problem | undefined {
    if (this.#first === undefined) return undefined;
    return problem("data/bad-lines", { path: this.#path, ...this.#first, more: this.#count - 1 });
  }
}
