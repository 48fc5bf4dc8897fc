import { open, stat } from "node:fs/promises";

/** At most the first `count` bytes of a regular file; none if it cannot be read. */
export async function firstBytes(path: string, count: number): Promise<Uint8Array> {
  try {
    if (!(await stat(path)).isFile()) return new Uint8Array();
    const file = await open(path);
    try {
      const { bytesRead, buffer } = await file.read(new Uint8Array(count), 0, count, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch {
    return new Uint8Array();
  }
}
