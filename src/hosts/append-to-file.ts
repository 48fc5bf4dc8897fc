import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { codeOf, type WriteResult } from "./write-file.js";

/**
 * Writes behind what a regular file of so many bytes holds; a process that is killed meanwhile leaves some of it there. A file
 * that has changed meanwhile, or is none, is left as it is: `ESTALE`.
 */
export async function appendToFile(path: string, length: number, bytes: Uint8Array): Promise<WriteResult> {
  try {
    // Not waiting: a pipe in its place may have no reader.
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
