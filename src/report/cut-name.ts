import { displayWidth, readableName } from "../diagnostics/display-text.js";

/** A name of any origin on one line, in at most so many columns; what is too long ends in a sign that says so. */
export function cutName(name: string, columns: number): string {
  const shown = readableName(name);
  if (displayWidth(shown) <= columns) return shown;
  let kept = "";
  let width = 0;
  for (const { segment } of new Intl.Segmenter("en", { granularity: "grapheme" }).segment(shown)) {
    width += displayWidth(segment);
    if (width > columns - 1) break;
    kept += segment;
  }
  return `${kept}…`;
}
