// What a built file says about the text that it was made of.

import { posix } from "node:path";
import { formatPlace, sourceTexts } from "../diagnostics/source-text.js";
import type { Span } from "../diagnostics/span.js";
import { sha256 } from "../formats/digest.js";
import type { Sources } from "../semantics/names/program.js";

/**
 * Digest over what the compiler read, the entry first, the standard library last; of texts alone, for paths say where, not what: that
 * of a run's own copy is the same.
 */
export function sourceDigest({ entry, files }: Sources): string {
  const rank = (path: string): number => (path === entry ? 0 : path.startsWith("std/") ? 2 : 1);
  const paths = [...files.keys()].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
  const texts = paths.map((path) => files.get(path)?.text ?? "");
  return sha256(texts.map((text) => `${text.length}\n${text}`));
}

/** `FILE:LINE:COLUMN` as seen from the model's own file, wherever the user stands: the bytes must not depend on it. */
export function placesFromHome(sources: Sources): (span: Span) => string {
  const home = posix.dirname(sources.entry);
  const texts = sourceTexts(
    (file) => sources.files.get(file)?.text,
    (file) => (file.startsWith("std/") ? file : posix.relative(home, file)),
  );
  return (span) => formatPlace(span, texts);
}
