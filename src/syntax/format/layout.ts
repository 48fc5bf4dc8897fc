/** What is to be written, before it is known where lines end. */
export type Piece =
  | { readonly kind: "text"; readonly text: string }
  /** Text that stays before the remark at the end of its line. */
  | { readonly kind: "glue"; readonly text: string }
  | { readonly kind: "space" }
  | Line
  /** What follows, up to the `pop`, begins its lines under the place where it begins itself. */
  | { readonly kind: "align" }
  /** What follows, up to the `pop`, begins its lines further in. */
  | { readonly kind: "nest"; readonly by: number }
  | { readonly kind: "pop" }
  | { readonly kind: "remark"; readonly text: string; readonly isTrailing: boolean; readonly isAfterBlank: boolean }
  /** A blank line, where a line ends. */
  | { readonly kind: "blank" };

/** A place where a line can end. */
export interface Line {
  readonly kind: "line";
  /** How deep it lies: a line ends at the shallowest place first. */
  readonly depth: number;
  /** What stands there where the line goes on. */
  readonly flat: "" | " ";
  /** Whether it has to end here; `blank`: and an empty one follows. */
  readonly broken: "no" | "yes" | "blank";
  /** Up to the `pop`, how much further in lines begin if this one ends. */
  readonly nest?: number;
}

/** Two spaces more than a reader would think an accident: things that stand beside each other on one line. */
export const apart = "   ";

/** How wide `pieces` are from `from` on if no line ends, up to the next place of `depth` or less where one can, or has to. */
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
 * The text of the pieces, in lines of at most `widest` where they can be had. Each place decides by itself, from left to right,
 * by what follows up to the next place as shallow as it; so a text laid out once is laid out the same again.
 */
export function layOut(pieces: readonly Piece[], widest: number): string {
  const lines: string[] = [];
  const indents = [0];
  let line = "";
  let trailing: string | undefined;
  /** A line end that is due before the next text. */
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
