/** Finds the commit of a project by reading git's files: runs nothing, and reads nothing outside the project. */
import { lstat, realpath } from "node:fs/promises";
import { join, resolve } from "node:path";
import { isInside } from "./node-host.js";
import { readRegularFile } from "./read-regular-file.js";

const commitForm = /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/;
// References as git names them; none leads upwards.
const referenceForm = /^refs(?:\/(?!\.)[^\s~^:?*[\\\p{Cc}/]+)+$/u;
/** HEAD and a reference are one line; packed-refs has one for each branch and tag. */
const limits = { line: 4096, packed: 16 * 1024 * 1024 } as const;

/** The commit of the git repository with root `root`; undefined if there is none, or it cannot be determined. */
export async function commitOf(root: string): Promise<string | undefined> {
  try {
    const top = await realpath(root);
    const read = async (path: string, limit: number): Promise<string | undefined> => {
      const real = await realpath(path).catch(() => undefined);
      if (real === undefined || !isInside(top, real)) return undefined;
      const bytes = await readRegularFile(real, limit);
      return typeof bytes === "string" ? undefined : new TextDecoder().decode(bytes);
    };
    const folder = await gitFolder(join(top, ".git"), top, read);
    const head = folder === undefined ? undefined : (await read(join(folder, "HEAD"), limits.line))?.trimEnd();
    if (folder === undefined || head === undefined) return undefined;
    if (commitForm.test(head)) return head;
    const reference = /^ref: +(.+)$/.exec(head)?.[1] ?? "";
    if (!referenceForm.test(reference) || reference.includes("..")) return undefined;
    const loose = (await read(join(folder, reference), limits.line))?.trimEnd();
    if (loose !== undefined) return commitForm.test(loose) ? loose : undefined;
    const packed = (await read(join(folder, "packed-refs"), limits.packed)) ?? "";
    const line = packed.split("\n").find((each) => each.trimEnd().endsWith(` ${reference}`));
    const [commit = ""] = line?.split(" ") ?? [];
    return commitForm.test(commit) ? commit : undefined;
  } catch {
    // Problems here must not prevent training.
    return undefined;
  }
}

/** A repository's git folder; a file in its place may refer to another folder inside the project. */
async function gitFolder(
  path: string,
  top: string,
  read: (path: string, limit: number) => Promise<string | undefined>,
): Promise<string | undefined> {
  const about = await lstat(path);
  if (about.isDirectory()) return path;
  const led = about.isFile()
    ? /^gitdir: +(.+)$/.exec((await read(path, limits.line))?.trimEnd() ?? "")?.[1]
    : undefined;
  return led === undefined ? undefined : resolve(top, led);
}
