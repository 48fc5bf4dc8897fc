/**
 * Name maps with one rule per line: `left -> right`, the names of a weight file on the left and the model's on the right. The
 * rest of a name after the patterns (weight, running_mean, ...) is the same on both sides. Lines that end with a colon open a
 * block: the indented lines below extend each of them. `left ->` drops tensors of the file; `-> right` initialises tensors of
 * the model as without a file. `#` begins a comment.
 */
import type { MapFault } from "../../diagnostics/catalogue/weights/names.js";
import { type Diagnostic, diagnose } from "../../diagnostics/diagnostic.js";
import type { Span } from "../../diagnostics/span.js";
import type { Part, Pattern, Piece } from "./pattern.js";

export interface NameRule {
  /** Undefined if tensors of the model are reinitialised. */
  readonly left: Pattern | undefined;
  /** Undefined if tensors of the file are dropped. */
  readonly right: Pattern | undefined;
  /** The line that ends it. */
  readonly line: number;
}

export interface NameMap {
  /** Its name in messages. */
  readonly name: string;
  readonly rules: readonly NameRule[];
}

export type ParsedMap =
  | { readonly kind: "map"; readonly map: NameMap }
  | { readonly kind: "refused"; readonly diagnostics: readonly Diagnostic[] };

/** Far more than in any map; blocks multiply their lines. */
const maxRules = 10_000;
const maxLineLength = 1000;
const maxDiagnostics = 20;

interface Line {
  readonly indent: number;
  readonly left: string;
  readonly right: string;
  readonly opens: boolean;
  readonly number: number;
  readonly span: Span;
}

/** Parses a map; `name` is used in messages and spans. */
export function parseNameMap(text: string, name: string): ParsedMap {
  const diagnostics: Diagnostic[] = [];
  const wrong = (fault: MapFault, span: Span, line: number): void => {
    diagnostics.push(diagnose("weights/map-syntax", { file: name, line, fault }, { span }));
  };
  const lines = readLines(text, name, wrong);
  const rules: NameRule[] = [];
  let at = 0;
  // The first line may be indented more than later ones: those are not part of its block.
  while (at < lines.length) at = readBlock(lines, at, [], rules, wrong);
  if (diagnostics.length > 0) return { kind: "refused", diagnostics: diagnostics.slice(0, maxDiagnostics) };
  return { kind: "map", map: { name, rules } };
}

type Complain = (fault: MapFault, span: Span, line: number) => void;

function readLines(text: string, file: string, wrong: Complain): readonly Line[] {
  const lines: Line[] = [];
  let start = 0;
  for (const [i, whole] of text.split("\n").entries()) {
    const written = whole.replace(/#.*/s, "").trimEnd();
    const indent = written.length - written.trimStart().length;
    const span = { file, start: start + indent, end: start + written.length };
    start += whole.length + 1;
    const number = i + 1;
    if (written === "") continue;
    if (written.length > maxLineLength) {
      wrong("too-long", span, number);
      continue;
    }
    const opens = written.endsWith(":");
    const sides = (opens ? written.slice(0, -1) : written).split("->").map((side) => side.trim());
    const [left = "", right = ""] = sides;
    if (sides.length !== 2) wrong(sides.length < 2 ? "no-arrow" : "several-arrows", span, number);
    else if (left === "" && right === "") wrong("both-empty", span, number);
    else lines.push({ indent, left, right, opens, number, span });
  }
  return lines;
}

interface Opened {
  readonly left: string;
  readonly right: string;
}

const joined = (before: string, after: string): string =>
  before === "" || after === "" ? before + after : `${before}.${after}`;

/** Parses the lines of a block that begins at `first`; returns the index of the first line after it. */
function readBlock(
  lines: readonly Line[],
  first: number,
  around: readonly Opened[],
  rules: NameRule[],
  wrong: Complain,
): number {
  const indent = lines[first]?.indent ?? 0;
  const depth = around.length === 0 ? [{ left: "", right: "" }] : around;
  let opened: Opened[] = [];
  let at = first;
  for (let line = lines[at]; line !== undefined && line.indent >= indent; line = lines[at]) {
    const { left, right, opens, number, span } = line;
    if (line.indent > indent) {
      if (opened.length === 0) wrong("not-in-block", span, number);
      at = readBlock(lines, at, opened, rules, wrong);
      opened = [];
      continue;
    }
    at++;
    if (opens) {
      for (const before of depth) opened.push({ left: joined(before.left, left), right: joined(before.right, right) });
      const next = lines[at];
      if (next === undefined || next.indent < indent || (next.indent === indent && !next.opens))
        wrong("no-block", span, number);
      if (opened.length <= maxRules) continue;
      wrong("too-many", span, number);
      return lines.length;
    }
    if (opened.length > 0) opened = [];
    for (const before of depth) {
      // An empty side means nothing, whatever the block contains.
      const rule = makeRule(
        left === "" ? "" : joined(before.left, left),
        right === "" ? "" : joined(before.right, right),
      );
      if (typeof rule === "string") {
        wrong(rule, span, number);
        break;
      }
      rules.push({ ...rule, line: number });
    }
    if (rules.length > maxRules) {
      wrong("too-many", span, number);
      return lines.length;
    }
  }
  return at;
}

function makeRule(left: string, right: string): Omit<NameRule, "line"> | MapFault {
  const from = left === "" ? undefined : parsePattern(left);
  const to = right === "" ? undefined : parsePattern(right);
  if (typeof from === "string") return from;
  if (typeof to === "string") return to;
  if (from === undefined || to === undefined) return { left: from, right: to };
  const [known, used] = [holesOf(from), holesOf(to)];
  if ([...used].some((hole) => !known.has(hole))) return "unknown-hole";
  // Two tensors that differ only there would get the same name.
  return [...known].some((hole) => !used.has(hole)) ? "unused-hole" : { left: from, right: to };
}

const holesOf = (pattern: Pattern): ReadonlySet<string> =>
  new Set(pattern.flatMap((part) => part.flatMap((piece) => (piece.kind === "hole" ? [piece.name] : []))));

const piece = /\{([a-z]+)([+-][0-9]{1,6})?\}|\*|[^{}*\s]+/gy;

function parsePattern(text: string): Pattern | MapFault {
  const parts: Part[] = [];
  for (const written of text.split(".")) {
    const pieces: Piece[] = [];
    let end = 0;
    for (const found of written.matchAll(piece)) {
      end = found.index + found[0].length;
      const [all, name, add = "0"] = found;
      if (name !== undefined) pieces.push({ kind: "hole", name, add: Number(add) });
      else pieces.push(all === "*" ? { kind: "any" } : { kind: "text", text: all });
    }
    if (end !== written.length) return /[{}]/.test(written.slice(end)) ? "bad-hole" : "bad-name";
    if (pieces.length === 0) return "bad-name";
    if (pieces.some(({ kind }, i) => i > 0 && kind !== "text" && pieces[i - 1]?.kind !== "text"))
      return "adjacent-holes";
    parts.push(pieces);
  }
  return parts;
}
