import { createHash } from "node:crypto";
import type { Sources } from "../compiler.js";

/** Digest over what the compiler read, the entry first; of texts alone, for paths say where, not what. */
export function sourceDigest({ entry, files }: Sources): string {
  const hash = createHash("sha256");
  const paths = [...files.keys()].sort((a, b) => Number(b === entry) - Number(a === entry) || (a < b ? -1 : 1));
  for (const path of paths) {
    const text = files.get(path)?.text ?? "";
    hash.update(`${text.length}\n${text}`);
  }
  return hash.digest("hex");
}
