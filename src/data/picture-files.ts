import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { type Problem, problem } from "../diagnostics/diagnostic.js";
import { isNobodys } from "./nobodys-files.js";

/** Larger files are rejected without reading: 256 MiB. */
export const pictureFileLimit = 256 * 2 ** 20;

const pictureExtension = /\.(jpe?g|jpe|jfif|png|webp|gif|tiff?|avif|heif|heic|bmp)$/i;

/** The system's usual errors in words. */
function whyUnreadable(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === "EACCES" || code === "EPERM") return "permission denied";
  if (code === "ELOOP") return "its links form a cycle";
  if (code === "ENAMETOOLONG") return "the name is too long";
  return error instanceof Error ? error.message : String(error);
}

/** Node replaces bytes that are not UTF-8 by this character, so the file cannot be opened by that name. */
export const isDamagedName = (path: string): boolean => path.includes("\uFFFD");

function unreadable(path: string, error: unknown): Problem {
  const code = (error as NodeJS.ErrnoException).code;
  if (isDamagedName(path)) return problem("data/name-not-utf8", { path });
  if (code === "ENOENT" || code === "ENOTDIR") return problem("data/missing-picture", { path });
  return problem("data/unreadable-picture", { path, reason: whyUnreadable(error) });
}

/** The bytes of a picture file; a folder, a device or a file beyond {@link pictureFileLimit} is rejected. */
export async function readPictureFile(path: string): Promise<Uint8Array | Problem> {
  try {
    const found = await stat(path);
    if (!found.isFile()) {
      const reason = found.isDirectory() ? "it is a folder" : "it is not a regular file";
      return problem("data/unreadable-picture", { path, reason });
    }
    if (found.size > pictureFileLimit) {
      return problem("data/picture-file-too-large", { path, bytes: found.size, limit: pictureFileLimit });
    }
    return await readFile(path);
  } catch (error) {
    return unreadable(path, error);
  }
}

/** The pictures that a command's arguments name. */
export interface PicturePaths {
  /** In the order of the arguments; within a folder sorted by name. */
  readonly pictures: readonly string[];
  /** Files in folders without a picture's extension. */
  readonly skipped: readonly string[];
  /** Arguments without any picture. */
  readonly failed: readonly { readonly path: string; readonly problem: Problem }[];
}

/** A file is itself; a folder means the pictures in it and in its subfolders. */
export async function findPictures(paths: readonly string[]): Promise<PicturePaths> {
  const pictures: string[] = [];
  const skipped: string[] = [];
  const failed: { path: string; problem: Problem }[] = [];
  for (const path of paths) {
    try {
      if (!(await stat(path)).isDirectory()) {
        pictures.push(path);
        continue;
      }
      const before = pictures.length;
      for await (const file of filesUnder(path)) (pictureExtension.test(file) ? pictures : skipped).push(file);
      if (pictures.length === before) failed.push({ path, problem: problem("data/no-pictures", { path }) });
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      // Missing and unreadable files are reported later, when they are read.
      if (code === "ENOENT" || code === "ENOTDIR") pictures.push(path);
      else failed.push({ path, problem: unreadable(path, error) });
    }
  }
  return { pictures, skipped, failed };
}

/**
 * All files below a folder, sorted by path in code-unit order; links to folders are not followed, files of archives and
 * desktops are skipped.
 */
async function* filesUnder(folder: string): AsyncGenerator<string> {
  const entries = await readdir(folder, { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (isNobodys(entry.name)) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesUnder(path);
    else yield path;
  }
}
