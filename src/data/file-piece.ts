import { createReadStream } from "node:fs";

/** So many bytes of a file from one place on; fewer where it ends before. What keeps it from being read is thrown, as Node does. */
export async function readPiece(path: string, start: number, count: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of createReadStream(path, { start, end: start + count - 1 })) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}
