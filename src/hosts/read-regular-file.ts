import { readFile, stat } from "node:fs/promises";

/** A file's bytes, or in words why it cannot be read; a file with more than `limit` bytes is rejected. */
export async function readRegularFile(path: string, limit = Number.POSITIVE_INFINITY): Promise<Uint8Array | string> {
  try {
    const about = await stat(path);
    // A pipe or a device may never end.
    if (!about.isFile()) return "it is not a regular file";
    return about.size > limit ? `it has ${about.size} bytes, the limit is ${limit}` : await readFile(path);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code === "ENOENT" || code === "ENOTDIR" ? "there is no such file" : message;
  }
}
