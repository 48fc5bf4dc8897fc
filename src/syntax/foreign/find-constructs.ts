import type { Diagnostic } from "../../diagnostics/diagnostic.js";
import { classify } from "../classify.js";
import { scan } from "../scan.js";
import type { Found, Patch } from "./construct.js";
import { statementPatterns } from "./statement-patterns.js";
import { TokenReader } from "./token-reader.js";
import { valuePatterns } from "./value-patterns.js";

/** Limit on the constructs that are replaced in one file. */
const mostConstructs = 400;

const patterns = [...statementPatterns, ...valuePatterns];

export interface ForeignConstructs {
  /** What is reported: what comes in pairs, once a line. */
  readonly told: readonly Found[];
  readonly patches: readonly Patch[];
  /** The text with what the parser reads in place of each construct; all offsets stay. */
  readonly text: string;
}

/**
 * Constructs of Python, PyTorch, Keras and C in the statements of a text that have errors. Only such texts are searched: a correct
 * one costs nothing, and a pattern can never make it wrong.
 */
export function findForeign(text: string, errors: readonly Diagnostic[]): ForeignConstructs | undefined {
  const { tokens, anchors } = classify(text, scan(text).tokens);
  const reader = new TokenReader(text, tokens);
  const starts = errors.flatMap(({ span }) => (span === undefined ? [] : [span.start])).sort((a, b) => a - b);
  const all: Found[] = [];
  let stretchEnd = -1;
  let isBroken = false;
  let anchor = 0;
  let error = 0;
  let read = -1;
  for (let i = 0; i < tokens.length && all.length < mostConstructs; i++) {
    const start = reader.start(i);
    if (start >= stretchEnd) {
      while (anchor < anchors.length && (anchors[anchor] as number) <= start) anchor++;
      stretchEnd = anchors[anchor] ?? Number.POSITIVE_INFINITY;
      while (error < starts.length && (starts[error] as number) < start - 1) error++;
      isBroken = error < starts.length && (starts[error] as number) <= stretchEnd;
    }
    if (!isBroken || start < read) continue;
    for (const pattern of patterns) {
      const found = pattern(reader, i);
      if (found === undefined) continue;
      // A construct may be recognised in its middle: what it includes is part of it.
      while (all.length > 0 && (all.at(-1)?.start ?? -1) >= found.start) all.pop();
      all.push(found);
      read = Math.max(...found.patches.map(({ end }) => end));
      break;
    }
  }
  if (all.length === 0) return undefined;
  const patches = all.flatMap((found) => found.patches);
  return { told: oncePerLine(text, all), patches, text: patched(text, patches) };
}

/** Constructs that come in pairs: a type and its default, `*args, **settings`. */
const paired: ReadonlySet<string> = new Set(["dictionary", "unpacking", "self"]);

function oncePerLine(text: string, all: readonly Found[]): readonly Found[] {
  const told = new Set<string>();
  return all.filter(({ construct, start }) => {
    if (!paired.has(construct)) return true;
    const key = `${construct} ${text.lastIndexOf("\n", start - 1)}`;
    return told.size < told.add(key).size;
  });
}

/** The text of the same length with the patches applied. */
function patched(text: string, patches: readonly Patch[]): string {
  let result = "";
  let at = 0;
  for (const { start, end, by } of [...patches].sort((a, b) => a.start - b.start)) {
    if (start < at) continue;
    const old = text.slice(start, end);
    const blank = old.replace(/[^\n\r]/g, " ");
    result += text.slice(at, start);
    if (by === "nothing") result += blank;
    else {
      const lineEnd = old.search(/[\n\r]/);
      const width = lineEnd < 0 ? old.length : lineEnd;
      const put = by === "value" ? "_".repeat(width) : by.text.slice(0, width);
      result += put + blank.slice(put.length);
    }
    at = end;
  }
  return result + text.slice(at);
}
