import { createReadStream } from "node:fs";

/** Reads up to `count` bytes of a file from `start` on; fewer at the end of the file. Read errors are thrown, as Node does. */
export async function readPiece(path: string, start: number, count: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of createReadStream(path, { start, end: start + count - 1 })) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}
