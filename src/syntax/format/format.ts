import type { Diagnostic } from "../../diagnostics/diagnostic.js";
import { invariant } from "../../diagnostics/invariant.js";
import { parse } from "../parse.js";
import { widest, writeTree } from "./declarations.js";
import { layOut } from "./layout.js";
import { sourceTokens } from "./source-tokens.js";
import { Writer } from "./writer.js";

export type Formatted =
  /** `mayDivide`: a comment looks like a divisor; whether it is one depends on names that are unknown here. */
  | { readonly kind: "formatted"; readonly text: string; readonly mayDivide: boolean }
  /** A text with errors is not formatted. */
  | { readonly kind: "refused"; readonly diagnostics: readonly Diagnostic[] };

/**
 * The canonical form of a text: spaces, indentation, blank lines, commas and the breaking of long lines are fixed. Other line
 * breaks within a pipe, a bracket, an `if` or a sum are kept, and so are parentheses and comments. `file` is for diagnostics.
 */
export function format(file: string, text: string): Formatted {
  const { tree, diagnostics, divisions } = parse(file, text);
  if (diagnostics.length > 0) return { kind: "refused", diagnostics };
  const writer = new Writer(text);
  writeTree(writer, tree);
  const formatted = layOut(writer.pieces, widest);
  invariant(contentOf(formatted) === contentOf(text), `formatting ${file} would change what it says`);
  return { kind: "formatted", text: formatted, mayDivide: divisions.size > 0 };
}

/** All tokens and comments in order, except trailing commas. */
function contentOf(text: string): string {
  const tokens = sourceTokens(text);
  const words = tokens.flatMap(({ image, remarks, trailing }, i) => [
    ...remarks.map((remark) => remark.text),
    ...(image === "," && /^(?:[)\]}]|\.\.)$/.test(tokens[i + 1]?.image ?? "") ? [] : [image]),
    ...(trailing === undefined ? [] : [trailing]),
  ]);
  return words.join("\n");
}
