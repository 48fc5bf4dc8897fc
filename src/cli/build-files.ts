/** Reading and writing of files, shared by all build targets. */
import { realpath } from "node:fs/promises";
import { resolve } from "node:path";
import { diagnose } from "../diagnostics/diagnostic.js";
import { writeFileWhole } from "../hosts/write-file.js";
import { writeFilesWhole } from "../hosts/write-files.js";
import { isStdout } from "./build-output.js";
import type { CompiledPath } from "./compile-file.js";
import { forStdout, type Session } from "./session.js";
import type { WeightArguments } from "./weight-arguments.js";

/** Writes the output to a temporary file beside it first; false if it cannot be written (reported). */
export async function writeOutput(session: Session, output: string, pieces: readonly Uint8Array[]): Promise<boolean> {
  if (isStdout(output)) return writeToStdout(pieces);
  const result = await writeFileWhole(resolve(session.cwd, output), pieces);
  if (result.kind === "written") return true;
  const { code, existed } = result;
  session.report([diagnose("onnx/cannot-write-file", { path: output, code, existed, isOneOfTwo: false })]);
  return false;
}

/** Writes all of the files or none, by their paths; false where one cannot be written (reported). */
export async function writeOutputs(
  session: Session,
  files: ReadonlyMap<string, readonly Uint8Array[]>,
): Promise<boolean> {
  const named = new Map([...files.keys()].map((path) => [resolve(session.cwd, path), path] as const));
  const result = await writeFilesWhole(
    new Map([...files].map(([path, pieces]) => [resolve(session.cwd, path), pieces])),
  );
  if (result.kind === "written") return true;
  const { path, code, existed } = result;
  session.report([
    diagnose("onnx/cannot-write-file", { path: named.get(path) ?? path, code, existed, isOneOfTwo: true }),
  ]);
  return false;
}

/** False if a write fails; the error itself (a closed pipe, a full disk) is handled where the stream is watched. */
async function writeToStdout(pieces: readonly Uint8Array[]): Promise<boolean> {
  for (const piece of pieces) {
    // Control characters must not reach the terminal.
    const shown = process.stdout.isTTY === true ? forStdout(new TextDecoder().decode(piece)) : piece;
    const error = await new Promise<unknown>((resolve) => process.stdout.write(shown, resolve));
    if (error !== null && error !== undefined) return false;
  }
  return true;
}

/** Whether the output is one of these files, by whatever name or link. */
async function isAmong(output: string, files: readonly string[]): Promise<boolean> {
  const real = (path: string): Promise<string> => realpath(path).catch(() => path);
  const target = await real(output);
  return (await Promise.all(files.map(real))).includes(target);
}

/** A number of bytes, for display. */
export const formatBytes = (bytes: number): string =>
  bytes < 1e5 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(2)} MB`;

/** Rejects (reported) an output that is also an input: a source, the weights or their map. */
export async function keepsInputs(
  session: Session,
  output: string,
  { sources, texts }: CompiledPath,
  { weights, "weights-map": map }: WeightArguments,
): Promise<boolean> {
  const read = [...sources.files.keys()].filter((file) => !file.startsWith("std/"));
  const given = [weights, map].filter((file) => file !== undefined);
  return keepsFiles(session, output, [...read.map((file) => texts.displayName(file)), ...given]);
}

/** The same for these files. */
export async function keepsFiles(session: Session, output: string, files: readonly string[]): Promise<boolean> {
  if (isStdout(output)) return true;
  const paths = files.map((file) => resolve(session.cwd, file));
  if (!(await isAmong(resolve(session.cwd, output), paths))) return true;
  session.report([diagnose("onnx/output-is-input", { path: output })]);
  return false;
}
