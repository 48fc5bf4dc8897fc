import { constants, rmSync } from "node:fs";
import { open, readFile, readlink, realpath, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { undoAtExit } from "./at-exit.js";
import { nameBeside } from "./beside.js";

export type WriteResult =
  | { readonly kind: "written"; readonly bytes: number }
  /** `code` is the operating system's (`ENOSPC`); an existing file is unchanged. */
  | { readonly kind: "failed"; readonly code: string; readonly existed: boolean };

/** The operating system's code of an error. */
export const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? String(error);

/** Removes a file; errors are ignored, so that they do not hide the original one. */
export const removeIfThere = (path: string): Promise<void> => rm(path, { force: true }).catch(() => undefined);

/** Size and mode of what exists at a path, following links; undefined if nothing does. */
export async function existing(path: string) {
  try {
    return await stat(path);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** The maximum number of links that Linux follows. */
const mostLinks = 40;

/** The target of a path where nothing exists: it may be a link to a file that does not exist yet. */
async function placeOfNew(path: string): Promise<string> {
  let place = path;
  for (let links = 0; links < mostLinks; links++) {
    const folder = await realpath(dirname(place));
    place = join(folder, basename(place));
    const target = await readlink(place).catch((error: unknown) => {
      if (["ENOENT", "EINVAL"].includes(codeOf(error))) return undefined;
      throw error;
    });
    if (target === undefined) return place;
    place = resolve(folder, target);
  }
  throw Object.assign(new Error("too many links"), { code: "ELOOP" });
}

/** Smaller pieces are merged, so that a file of many pieces does not need a system call for each. */
const smallBytes = 2 ** 16;

/** The same bytes in larger pieces; large ones are not copied. */
function* gathered(pieces: readonly Uint8Array[]): Generator<Uint8Array> {
  let small: Uint8Array[] = [];
  let bytes = 0;
  for (const piece of pieces) {
    if (piece.byteLength < smallBytes) {
      small.push(piece);
      bytes += piece.byteLength;
    }
    if (piece.byteLength >= smallBytes || bytes >= smallBytes) {
      if (bytes > 0) yield Buffer.concat(small);
      small = [];
      bytes = 0;
    }
    if (piece.byteLength >= smallBytes) yield piece;
  }
  if (bytes > 0) yield Buffer.concat(small);
}

async function writePieces(path: string, pieces: readonly Uint8Array[], flags: string, mode: number): Promise<number> {
  const file = await open(path, flags, mode);
  try {
    let bytes = 0;
    for (const piece of gathered(pieces)) {
      await file.writeFile(piece);
      bytes += piece.byteLength;
    }
    return bytes;
  } finally {
    await file.close();
  }
}

/** Anything but a regular file is written in place. */
async function writeInPlace(path: string, pieces: readonly Uint8Array[], isPipe: boolean): Promise<number> {
  // Opening a pipe without a reader would block, and no signal ends that wait; with this flag it fails with ENXIO.
  const probe = isPipe ? await open(path, constants.O_WRONLY | constants.O_NONBLOCK) : undefined;
  try {
    return await writePieces(path, pieces, "w", 0o666);
  } finally {
    await probe?.close();
  }
}

/** A file written under a temporary name, to be renamed to its place. */
export interface StagedFile {
  readonly beside: string;
  readonly place: string;
  readonly bytes: number;
  /** It is renamed: there is nothing to be removed when the process ends. */
  readonly forget: () => void;
}

/** Writes under a temporary name beside what `path` leads to. `old` is what stands there, a file or nothing. */
export async function stageFile(
  path: string,
  pieces: readonly Uint8Array[],
  old: { readonly mode: number } | undefined,
): Promise<StagedFile> {
  // Renaming needs only permission for the folder: without this check, a write-protected file would be replaced.
  if (old !== undefined) await (await open(path, "r+")).close();
  const place = old === undefined ? await placeOfNew(path) : await realpath(path);
  const beside = nameBeside(place);
  const forget = undoAtExit(() => rmSync(beside, { force: true }));
  try {
    const bytes = await writePieces(beside, pieces, "wx", old === undefined ? 0o666 : old.mode & 0o777);
    return { beside, place, bytes, forget };
  } catch (error) {
    await removeIfThere(beside);
    forget();
    throw error;
  }
}

/**
 * Writes a file under a temporary name and renames it when it is complete: readers see the old file or the new one, never part
 * of one. A link stays a link, also one to a missing file; a device (`/dev/null`) is written in place. With `read`, a file that
 * meanwhile has other bytes than these is left alone (`ECHANGED`).
 */
export async function writeFileWhole(
  path: string,
  pieces: readonly Uint8Array[],
  read?: Uint8Array,
): Promise<WriteResult> {
  let existed = false;
  try {
    const old = await existing(path);
    existed = old !== undefined;
    if (old?.isDirectory()) return { kind: "failed", code: "EISDIR", existed: false };
    if (old !== undefined && !old.isFile()) {
      if (!old.isFIFO() && !old.isCharacterDevice()) return { kind: "failed", code: "ENOTREG", existed: false };
      return { kind: "written", bytes: await writeInPlace(path, pieces, old.isFIFO()) };
    }
    const { beside, place, bytes, forget } = await stageFile(path, pieces, old);
    try {
      if (read !== undefined && !(await readFile(place)).equals(read))
        throw Object.assign(new Error("changed"), { code: "ECHANGED" });
      await rename(beside, place);
      return { kind: "written", bytes };
    } catch (error) {
      await removeIfThere(beside);
      throw error;
    } finally {
      forget();
    }
  } catch (error) {
    return { kind: "failed", code: codeOf(error), existed };
  }
}
