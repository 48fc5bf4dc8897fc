/** The pieces of the output, before line breaks are decided. */
export type Piece =
  | { readonly kind: "text"; readonly text: string }
  /** Text that stays before the comment at the end of its line. */
  | { readonly kind: "glue"; readonly text: string }
  | { readonly kind: "space" }
  | Line
  /** Up to the matching `pop`, lines begin at the column of this position. */
  | { readonly kind: "align" }
  /** Up to the matching `pop`, lines are indented further. */
  | { readonly kind: "nest"; readonly by: number }
  | { readonly kind: "pop" }
  | { readonly kind: "remark"; readonly text: string; readonly isTrailing: boolean; readonly isAfterBlank: boolean }
  /** A blank line, if a line ends here. */
  | { readonly kind: "blank" };

/** A possible line break. */
export interface Line {
  readonly kind: "line";
  /** Nesting depth: the shallowest places break first. */
  readonly depth: number;
  /** The text if the line is not broken here. */
  readonly flat: "" | " ";
  /** Whether it must break here; `blank`: followed by a blank line. */
  readonly broken: "no" | "yes" | "blank";
  /** Up to the matching `pop`, the further indentation of lines if this one breaks. */
  readonly nest?: number;
}

/** Separator of items on one line: more spaces than would seem accidental. */
export const apart = "   ";

/** Width of `pieces` from `from` on without breaks, up to the next place of `depth` or less where a line can, or must, break. */
function flatWidth(pieces: readonly Piece[], from: number, depth: number, most: number): number {
  let width = 0;
  for (let i = from; i < pieces.length && width <= most; i++) {
    const piece = pieces[i] as Piece;
    if (piece.kind === "text" || piece.kind === "glue") width += piece.text.length;
    else if (piece.kind === "space") width++;
    else if (piece.kind === "remark") break;
    else if (piece.kind === "line") {
      if (piece.depth <= depth || piece.broken !== "no") break;
      width += piece.flat.length;
    }
  }
  return width;
}

/**
 * Lays out the pieces in lines of at most `widest` where possible. Each place decides by itself, from left to right, from the
 * text up to the next place of at most its depth; so formatting twice equals formatting once.
 */
export function layOut(pieces: readonly Piece[], widest: number): string {
  const lines: string[] = [];
  const indents = [0];
  let line = "";
  let trailing: string | undefined;
  /** A pending line break before the next text. */
  let due: "no" | "yes" | "blank" = "no";
  const indent = (): number => indents.at(-1) ?? 0;
  const end = (): void => {
    const isFirst = lines.length === 0 && line === "" && trailing === undefined;
    if (!isFirst) {
      lines.push(trailing === undefined ? line.trimEnd() : `${line.trimEnd()}${apart}${trailing}`);
      if (due === "blank") lines.push("");
    }
    line = " ".repeat(indent());
    trailing = undefined;
    due = "no";
  };
  const put = (text: string): void => {
    if (due !== "no") end();
    line += text;
  };
  for (const [i, piece] of pieces.entries()) {
    switch (piece.kind) {
      case "text":
        put(piece.text);
        break;
      case "glue":
        line += piece.text;
        break;
      case "space":
        if (due === "no") line += " ";
        break;
      case "align":
        indents.push(due === "no" ? line.length : indent());
        break;
      case "nest":
        indents.push(indent() + piece.by);
        break;
      case "pop":
        indents.pop();
        break;
      case "blank":
        if (due !== "no") due = "blank";
        break;
      case "remark":
        if (piece.isTrailing) {
          trailing = piece.text;
          due = "yes";
          break;
        }
        if (due === "no") due = "yes";
        if (piece.isAfterBlank) due = "blank";
        put(piece.text);
        due = "yes";
        break;
      case "line": {
        const room = widest - line.length - piece.flat.length;
        const ends = due !== "no" || piece.broken !== "no" || flatWidth(pieces, i + 1, piece.depth, room) > room;
        if (!ends) line += piece.flat;
        else if (due !== "blank") due = piece.broken === "blank" ? "blank" : "yes";
        if (piece.nest !== undefined) indents.push(indent() + (ends ? piece.nest : 0));
        break;
      }
    }
  }
  due = "yes";
  end();
  return lines.length === 0 ? "" : `${lines.join("\n")}\n`;
}
