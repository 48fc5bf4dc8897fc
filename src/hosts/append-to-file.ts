import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { codeOf, type WriteResult } from "./write-file.js";

/**
 * Appends to a regular file of `length` bytes; if the process is killed meanwhile, part of the data may remain. A file that has
 * changed meanwhile, or is not a regular file, is left unchanged: `ESTALE`.
 */
export async function appendToFile(path: string, length: number, bytes: Uint8Array): Promise<WriteResult> {
  try {
    // Non-blocking: a pipe at this path may have no reader.
    const file = await open(path, constants.O_WRONLY | constants.O_APPEND | constants.O_NONBLOCK);
    try {
      const about = await file.stat();
      if (!about.isFile() || about.size !== length) return { kind: "failed", code: "ESTALE", existed: true };
      await file.writeFile(bytes);
      return { kind: "written", bytes: bytes.length };
    } finally {
      await file.close();
    }
  } catch (error) {
    return { kind: "failed", code: codeOf(error), existed: true };
  }
}
