/** The files of a run. Each is written under a temporary name and renamed, so a killed run leaves only complete files. */
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { type Problem, problem } from "../diagnostics/diagnostic.js";
import type { Values } from "../engines/engine.js";
import { appendToFile } from "../hosts/append-to-file.js";
import { makeFolder } from "../hosts/folders.js";
import { removeIfThere, writeFileWhole } from "../hosts/write-file.js";
import type { Graph } from "../ir/graph.js";
import { labelMetadata } from "../weights/label-metadata.js";
import { writeSafetensors } from "../weights/safetensors.js";
import { weightTensors } from "../weights/weight-tensors.js";
import type { EpochRecord } from "./metrics.js";

/** The first of `runs/NAME-1`, `runs/NAME-2`, ... that does not exist. */
export async function freeRunFolder(parent: string, name: string): Promise<string> {
  const taken = new Set(await readdir(parent).catch(() => []));
  let number = 1;
  while (taken.has(`${name}-${number}`)) number++;
  return join(parent, `${name}-${number}`);
}

/** Creates a folder of the run if needed. */
export async function makeRunFolder(folder: string): Promise<Problem | undefined> {
  const made = await makeFolder(folder);
  return made.kind === "made" ? undefined : problem("train/cannot-write", { path: made.path, code: made.code });
}

type Bytes = string | Uint8Array | readonly Uint8Array[];

/** Writes a file of the run, completely or not at all. */
export async function writeRunFile(folder: string, name: string, content: Bytes): Promise<Problem | undefined> {
  const path = join(folder, name);
  const pieces =
    typeof content === "string"
      ? [new TextEncoder().encode(content)]
      : content instanceof Uint8Array
        ? [content]
        : content;
  const result = await writeFileWhole(path, pieces);
  return result.kind === "written" ? undefined : problem("train/cannot-write", { path, code: result.code });
}

/** Appends to a file of the run that has `bytes` bytes. */
export async function appendRunFile(
  folder: string,
  name: string,
  length: number,
  bytes: Uint8Array,
): Promise<Problem | undefined> {
  const path = join(folder, name);
  const result = await appendToFile(path, length, bytes);
  return result.kind === "written" ? undefined : problem("train/cannot-write", { path, code: result.code });
}

export const jsonText = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`;

/** All epochs so far: the whole file is rewritten each time, so that no line is ever incomplete. */
export function metricsText(records: readonly EpochRecord[]): string {
  return records.map((record) => `${JSON.stringify(record)}\n`).join("");
}

/** A network's weights as a file: its own values among `values`, by the paths that `build --weights` expects, with their labels. */
export function weightFile(
  graph: Graph,
  values: ReadonlyMap<string, Values>,
  metadata: ReadonlyMap<string, string>,
): readonly Uint8Array[] {
  return writeSafetensors(weightTensors(graph, values), new Map([...metadata, ...labelMetadata(graph)]));
}

export async function readIfThere(path: string): Promise<Uint8Array | undefined | Problem> {
  try {
    // A pipe or a device may never end.
    if (!(await stat(path)).isFile())
      return problem("train/bad-checkpoint", { path, reason: "it is not a regular file" });
    return await readFile(path);
  } catch (error) {
    const { code = String(error) } = error as NodeJS.ErrnoException;
    return code === "ENOENT" ? undefined : problem("train/bad-checkpoint", { path, reason: code });
  }
}

/** Removes a file of the run; a failure is ignored. */
export const removeRunFile = (folder: string, name: string): Promise<void> => removeIfThere(join(folder, name));

/** Removes files of the run that nothing refers to; failures are ignored. */
export async function removeOthers(folder: string, pattern: RegExp, kept: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    if (name !== kept && pattern.test(name)) await removeIfThere(join(folder, name));
  }
}
