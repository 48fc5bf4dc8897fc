import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { parse } from "../../src/syntax/parse.js";
import { print } from "../../src/syntax/print.js";
import { walk } from "../../src/syntax/walk.js";
import { fixturesIn } from "../support/fixtures.js";
import { suite } from "../support/suite.js";

const isLong = process.env.LFER_FUZZ === "long";
const folder = new URL("../fixtures/syntax/", import.meta.url);
const sample = readFileSync(new URL("sample.lfer", folder), "utf8");
const words = [...new Set(fixturesIn(folder).flatMap((f) => f.text.match(/\w+|"[^"]*"|[^\s\w]+|\n/g) ?? []))];

/** Every span is in the text, every diagnostic has a message, and the tree can be traversed and printed. */
function assertSound(text: string): void {
  const { tree, diagnostics } = parse("fuzz.lfer", text);
  const within = (span: { start: number; end: number } | undefined, what: string): void => {
    assert.ok(span !== undefined, what);
    assert.ok(0 <= span.start && span.start <= span.end && span.end <= text.length, `${what} ${JSON.stringify(span)}`);
  };
  for (const d of diagnostics) {
    within(d.span, d.code);
    assert.match(d.code, /^syntax\/|^limit\/too-many-mistakes$/);
    assert.doesNotMatch(`${d.message} ${d.help}`, /undefined|NaN|NoViable|Mismatched|EOF/);
    for (const r of d.related) within(r.span, d.code);
  }
  let isWhole = true;
  walk(tree, (node) => {
    within(node.span, node.kind);
    if (node.kind === "MissingExpression" || (node.kind === "Identifier" && "text" in node && node.text === "")) {
      isWhole = false;
    }
    return true;
  });
  assert.ok(isWhole || diagnostics.length > 0, "a part is missing, and nothing is said about it");
  print(tree);
}

const position = fc.nat({ max: sample.length });
const mutation = fc.oneof(
  fc.record({ what: fc.constant("delete"), at: position, length: fc.integer({ min: 1, max: 30 }) }),
  fc.record({ what: fc.constant("insert"), at: position, text: fc.constantFrom(...words) }),
  fc.record({ what: fc.constant("insert"), at: position, text: fc.string({ unit: "binary", maxLength: 4 }) }),
  fc.record({ what: fc.constant("copy"), at: position, from: position, length: fc.integer({ min: 1, max: 60 }) }),
  fc.record({ what: fc.constant("cut"), at: position }),
);

function mutate(text: string, m: { what: string; at: number; length?: number; text?: string; from?: number }): string {
  if (m.what === "cut") return text.slice(0, m.at);
  const head = text.slice(0, m.at);
  const copied = m.from === undefined ? (m.text ?? "") : text.slice(m.from, m.from + (m.length ?? 0));
  return head + copied + text.slice(m.at + (m.what === "delete" ? (m.length ?? 0) : 0));
}

suite("syntax: any text ends in diagnostics", (test) => {
  test("any string", () => {
    const anything = fc.string({ unit: "binary", maxLength: 200 });
    fc.assert(fc.property(anything, assertSound), { numRuns: isLong ? 100_000 : 500 });
  });

  test("any sequence of the language's words", () => {
    const text = fc.array(fc.constantFrom(...words), { maxLength: 60 }).map((all) => all.join(" "));
    fc.assert(fc.property(text, assertSound), { numRuns: isLong ? 200_000 : 1500 });
  });

  test("the sample with mutations", () => {
    const mutated = fc.array(mutation, { minLength: 1, maxLength: 4 }).map((all) => all.reduce(mutate, sample));
    fc.assert(fc.property(mutated, assertSound), { numRuns: isLong ? 50_000 : 300 });
  });

  test("the sample without any one of its tokens, cut anywhere", () => {
    const step = isLong ? 1 : 17;
    for (let at = 0; at < sample.length; at += step) assertSound(sample.slice(0, at));
    const tokens = [...sample.matchAll(/\w+|"[^"]*"|->|[^\s\w]/g)];
    for (let i = 0; i < tokens.length; i += isLong ? 1 : 5) {
      const at = tokens[i]?.index ?? 0;
      assertSound(sample.slice(0, at) + sample.slice(at + (tokens[i]?.[0].length ?? 0)));
    }
  });

  test("odd bytes: NUL, halves of pairs, byte order mark, carriage returns", () => {
    for (const odd of ["\0", "\ud800", "\udc00", "\ufeff", "\r", "\u2028", "\u00a0", "\u200b", "\\", "'", '"', "`"]) {
      assertSound(odd);
      assertSound(odd.repeat(1000));
      assertSound(sample.replaceAll("\n", odd));
      assertSound(sample.replaceAll(" ", odd));
    }
    assert.deepEqual(parse("a.lfer", `\ufeff${sample.replaceAll("\n", "\r\n")}`).diagnostics, []);
    assert.deepEqual(parse("a.lfer", sample.replaceAll("\n", "\r")).diagnostics, []);
  });
});
