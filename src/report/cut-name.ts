import { displayWidth, readableName } from "../diagnostics/display-text.js";

/** A name of any origin on one line in at most so many columns: a longer one lacks its middle, for names often differ at the end. */
export function cutName(name: string, columns: number): string {
  const shown = readableName(name);
  if (displayWidth(shown) <= columns) return shown;
  const signs = [...new Intl.Segmenter("en", { granularity: "grapheme" }).segment(shown)].map(({ segment }) => segment);
  const head = beginning(signs, Math.ceil(((columns - 1) * 2) / 3));
  const tail = beginning(signs.toReversed(), columns - 1 - displayWidth(head.join("")));
  return `${head.join("").trimEnd()}…${tail.toReversed().join("").trimStart()}`;
}

/** As many of the first signs as take no more than so many columns. */
function beginning(signs: readonly string[], columns: number): readonly string[] {
  let width = 0;
  const end = signs.findIndex((sign) => {
    width += displayWidth(sign);
    return width > columns;
  });
  return end === -1 ? signs : signs.slice(0, end);
}
