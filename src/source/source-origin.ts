// Facts about the source text that are stored in built files.

import { posix } from "node:path";
import { formatPlace, sourceTexts } from "../diagnostics/source-text.js";
import type { Span } from "../diagnostics/span.js";
import { sha256 } from "../formats/digest.js";
import type { Sources } from "../semantics/names/program.js";

/**
 * Digest over the texts that the compiler read, the entry first, the standard library last. Paths are not included, so a run's own
 * copy has the same digest.
 */
export function sourceDigest({ entry, files }: Sources): string {
  const rank = (path: string): number => (path === entry ? 0 : path.startsWith("std/") ? 2 : 1);
  const paths = [...files.keys()].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
  const texts = paths.map((path) => files.get(path)?.text ?? "");
  return sha256(texts.map((text) => `${text.length}\n${text}`));
}

/** `FILE:LINE:COLUMN` relative to the model's own file, independent of the current folder: the bytes must not depend on it. */
export function placesFromHome(sources: Sources): (span: Span) => string {
  const home = posix.dirname(sources.entry);
  const texts = sourceTexts(
    (file) => sources.files.get(file)?.text,
    (file) => (file.startsWith("std/") ? file : posix.relative(home, file)),
  );
  return (span) => formatPlace(span, texts);
}
