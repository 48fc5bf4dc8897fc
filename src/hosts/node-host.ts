import { readFile, realpath, stat } from "node:fs/promises";
import { isAbsolute, join, relative, sep } from "node:path";
import { readStoredText } from "../formats/stored-text.js";
import type { Host, HostText } from "./host.js";
import { normalizePath, sourceEnding } from "./path.js";

/** Maximum size of a source file in bytes: far above any model written or generated in practice. */
export const sourceFileLimit = 8 * 1024 * 1024;

const reasons: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EPERM: "permission denied",
  EISDIR: "it is a folder",
  ELOOP: "its symbolic links form a cycle",
  ENAMETOOLONG: "its name is too long",
  EMFILE: "too many files are open",
};

function failure(error: unknown): HostText {
  const code = (error as NodeJS.ErrnoException).code ?? "";
  if (code === "ENOENT" || code === "ENOTDIR") return { kind: "missing" };
  return { kind: "unreadable", reason: reasons[code] ?? (code === "" ? String(error) : code) };
}

/** Whether `path` is `folder` or inside it; both absolute. */
export function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

/** The files in the project folder `root` (absolute). Nothing outside it is read, neither by `..` nor by a symbolic link. */
export function nodeHost(root: string): Host {
  return {
    async read(path) {
      const way = normalizePath(path);
      if (way === undefined || isAbsolute(way)) return { kind: "outside" };
      try {
        const real = await realpath(join(root, way));
        if (!isInside(await realpath(root), real)) return { kind: "outside" };
        // A checkout may contain links: messages must not quote files outside the project.
        if (way.endsWith(sourceEnding) && !real.endsWith(sourceEnding)) {
          return { kind: "unreadable", reason: "it is a link to a file that is not a .lfer file" };
        }
        const about = await stat(real);
        if (about.isDirectory()) return { kind: "unreadable", reason: "it is a folder" };
        if (!about.isFile()) return { kind: "unreadable", reason: "it is not a regular file" };
        if (about.size > sourceFileLimit) return { kind: "too-large", bytes: about.size, limit: sourceFileLimit };
        const bytes = await readFile(real);
        const stored = readStoredText(bytes);
        if (typeof stored === "string") return { kind: "unreadable", reason: stored };
        return { kind: "text", text: stored.text, bytes };
      } catch (error) {
        return failure(error);
      }
    },
  };
}
