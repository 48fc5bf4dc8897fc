import { displayWidth, readableName } from "../diagnostics/display-text.js";

/** Any name on one line of at most `columns` columns: a longer one is cut in the middle, because names often differ at the end. */
export function cutName(name: string, columns: number): string {
  const shown = readableName(name);
  if (displayWidth(shown) <= columns) return shown;
  const signs = [...new Intl.Segmenter("en", { granularity: "grapheme" }).segment(shown)].map(({ segment }) => segment);
  const head = beginning(signs, Math.ceil(((columns - 1) * 2) / 3));
  const tail = beginning(signs.toReversed(), columns - 1 - displayWidth(head.join("")));
  return `${head.join("").trimEnd()}…${tail.toReversed().join("").trimStart()}`;
}

/** The first characters that fit into `columns` columns. */
function beginning(signs: readonly string[], columns: number): readonly string[] {
  let width = 0;
  const end = signs.findIndex((sign) => {
    width += displayWidth(sign);
    return width > columns;
  });
  return end === -1 ? signs : signs.slice(0, end);
}
