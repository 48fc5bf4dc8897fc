import { readFile, stat } from "node:fs/promises";
import { type Problem, problem } from "../diagnostics/diagnostic.js";
import { kindOfPath } from "../formats/kind-of-path.js";

/** The bytes of a model's file, or why it cannot be read. */
export async function readModelFile(path: string): Promise<Uint8Array | Problem> {
  try {
    const about = await stat(path);
    if (about.isDirectory()) return problem("data/run-folder", { path });
    // A pipe or a device may never end.
    if (!about.isFile()) return problem("data/model-unreadable", { path, reason: "it is not a regular file" });
    const bytes = await readFile(path);
    const kind = kindOfPath(path, bytes);
    if (kind === undefined || kind.family === "onnx") return bytes;
    return problem("tool/wrong-kind", { path, kind, wanted: "an ONNX file" });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const missing = code === "ENOENT" || code === "ENOTDIR";
    return problem("data/model-unreadable", { path, reason: missing ? "there is no such file" : message });
  }
}
