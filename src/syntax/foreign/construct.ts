import type { ForeignConstruct } from "../../diagnostics/catalogue/syntax/foreign.js";
import type { TokenReader } from "./token-reader.js";

/** A stretch of the text, and what the parser reads in its place: a value, nothing, or this text. */
export interface Patch {
  readonly start: number;
  readonly end: number;
  readonly by: "value" | "nothing" | { readonly text: string };
}

/** A construct of another language that was found in the text. */
export interface Found {
  readonly construct: ForeignConstruct;
  readonly start: number;
  readonly end: number;
  readonly written: string;
  readonly parts: readonly string[];
  readonly patches: readonly Patch[];
}

/** Whether a construct begins at token `i`, or is recognised there. */
export type Pattern = (t: TokenReader, i: number) => Found | undefined;

/** A construct that spans tokens `from` up to `to`, quoted as it is written. */
export function found(
  t: TokenReader,
  construct: ForeignConstruct,
  [from, to]: readonly [from: number, to: number],
  parts: readonly string[],
  by: Patch["by"] | readonly Patch[] = "value",
): Found {
  const [start, end] = [t.start(from), t.end(to - 1)];
  const patches = Array.isArray(by) ? (by as readonly Patch[]) : [{ start, end, by: by as Patch["by"] }];
  return { construct, start, end, written: t.quote(from, to), parts, patches };
}
