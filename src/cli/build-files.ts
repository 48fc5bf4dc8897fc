/** What every build reads and writes beside the model. */
import { readFile, realpath, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { type Diagnostic, diagnose } from "../diagnostics/diagnostic.js";
import { writeFileWhole } from "../hosts/write-file.js";
import type { WeightSource } from "../targets/onnx/build.js";
import type { CompiledPath } from "./compile-file.js";
import type { Session } from "./session.js";

/** The weights that `--weights` or `--seed` say. */
export async function readWeights(
  session: Session,
  args: { readonly weights?: string | undefined; readonly seed: number },
): Promise<WeightSource | Diagnostic> {
  const { weights: file } = args;
  if (file === undefined) return { kind: "seed", seed: args.seed };
  const path = resolve(session.cwd, file);
  session.note([path]);
  try {
    // A pipe or a device may never end.
    if (!(await stat(path)).isFile())
      return diagnose("weights/file-unreadable", { file, reason: "it is no regular file" });
    return { kind: "file", file, bytes: await readFile(path) };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return diagnose("weights/file-unreadable", { file, reason: code === "ENOENT" ? "there is no such file" : message });
  }
}

/** Writes the output, beside its place first; false where it cannot be written (reported). */
export async function writeOutput(session: Session, output: string, pieces: readonly Uint8Array[]): Promise<boolean> {
  const result = await writeFileWhole(resolve(session.cwd, output), pieces);
  if (result.kind === "written") return true;
  const { code, existed } = result;
  session.report([diagnose("onnx/cannot-write-file", { path: output, code, existed })]);
  return false;
}

/** Whether the output is one of these files, by whatever name or link. */
async function isAmong(output: string, files: readonly string[]): Promise<boolean> {
  const real = (path: string): Promise<string> => realpath(path).catch(() => path);
  const target = await real(output);
  return (await Promise.all(files.map(real))).includes(target);
}

/** A number of bytes for people. */
export const formatBytes = (bytes: number): string =>
  bytes < 1e5 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(2)} MB`;

/** Refuses (reported) an output that is a source of the build or its weights. */
export async function keepsInputs(
  session: Session,
  output: string,
  { sources, texts }: CompiledPath,
  weights: string | undefined,
): Promise<boolean> {
  const read = [...sources.files.keys()].filter((file) => !file.startsWith("std/"));
  const inputs = [...read.map((file) => texts.displayName(file)), ...(weights === undefined ? [] : [weights])];
  const paths = inputs.map((file) => resolve(session.cwd, file));
  if (!(await isAmong(resolve(session.cwd, output), paths))) return true;
  session.report([diagnose("onnx/output-is-input", { path: output })]);
  return false;
}
