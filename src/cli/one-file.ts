import { diagnose } from "../diagnostics/diagnostic.js";
import { displayPath } from "./project.js";
import type { Session } from "./session.js";

/** The single `.lfer` file under PATH; several, or none, are reported. */
export async function oneFile(session: Session, path: string): Promise<string | undefined> {
  const { files, failed } = await session.expand([path]);
  if (failed) return undefined;
  const [file = path, ...others] = files;
  if (others.length === 0) return file;
  const choices = files.map((each) => displayPath(session.cwd, each));
  session.report([diagnose("onnx/which-model", { path, choices, flag: "PATH" })]);
  return undefined;
}
