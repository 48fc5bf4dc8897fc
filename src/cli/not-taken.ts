import { type Diagnostic, diagnose } from "../diagnostics/diagnostic.js";
import { lookedAt } from "../formats/file-kind.js";
import { kindOfPath } from "../formats/kind-of-path.js";
import { firstBytes } from "../hosts/first-bytes.js";
import { sourceEnding } from "../hosts/path.js";

/** What a command reads besides sources; whatever else is named on the command line is refused. */
export type Taken = "sources" | "sources or ONNX files";

/** A problem with a file that is no source by its name or its first bytes. */
export async function notTaken(full: string, path: string, taken: Taken): Promise<Diagnostic | undefined> {
  if (full.endsWith(sourceEnding)) return undefined;
  const kind = kindOfPath(full, await firstBytes(full, lookedAt));
  if (kind === undefined || kind.family === "source" || (kind.family === "onnx" && taken !== "sources"))
    return undefined;
  const wanted = taken === "sources" ? "a .lfer file" : "a .lfer or .onnx file";
  return diagnose("tool/wrong-kind", { path, kind, wanted });
}
