// Compares the executed parser with the published grammar. The EBNF is generated from Chevrotain's record of the rules; the executed
// parser differs from that record: recovery, look-ahead of our own, choices that never fail.
import assert from "node:assert/strict";
import { precedenceOf } from "../../src/syntax/operators.js";
import { parse } from "../../src/syntax/parse.js";
import { randomFrom } from "../support/grammar-sentences.js";
import { copied, isFile, sentences, someTokens, spaced, starts } from "../support/lfer-grammar.js";
import { suite } from "../support/suite.js";

const isLong = process.env.LFER_FUZZ === "long";

const codesOf = (text: string): readonly string[] => parse("a.lfer", text).diagnostics.map(({ code }) => code);

const operators = Object.keys(precedenceOf);

/** One token added, removed or replaced, two exchanged, or an operator and operand added. */
function nearMiss(tokens: readonly string[], random: () => number): readonly string[] {
  const oneOf = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
  const at = Math.floor(random() * tokens.length);
  const other = oneOf(someTokens);
  const between = tokens.flatMap((token, i) => (operators.includes(token) ? [i] : []));
  const changed = (start: number, length: number, put: readonly string[]): readonly string[] =>
    tokens.toSpliced(start, length, ...put);
  switch (Math.floor(random() * 5)) {
    case 0:
      return changed(at, 1, []);
    case 1:
      return changed(at, 1, [other]);
    case 2:
      return changed(at, 0, [other]);
    case 3:
      return changed(at, 2, tokens.slice(at, at + 2).toReversed());
    default:
      return between.length === 0 ? tokens : changed(oneOf(between), 0, [oneOf(operators), oneOf(["a", "a", "not"])]);
  }
}

/** The shortest failing sentence is the most useful. */
function assertNone(wrong: readonly string[]): void {
  const shown = wrong.toSorted((a, b) => a.length - b.length).slice(0, 5);
  assert.equal(wrong.length, 0, `${wrong.length} texts, the shortest of them:\n${shown.join("\n")}`);
}

suite("syntax: the executed parser and the EBNF", (test) => {
  test("takes whatever sentence is derived from the EBNF, wherever its lines end", () => {
    const missed = new Set(starts.flatMap((start) => [...sentences.decisionsOf(start)]));
    const wrong: string[] = [];
    for (const [i, start] of starts.entries()) {
      for (let turn = 0; turn < (isLong ? 20_000 : 300); turn++) {
        const seed = turn + 1_000_000 * i;
        const { tokens, decisions } = sentences.derive(seed, start);
        const text = spaced(tokens, randomFrom(seed));
        const codes = codesOf(text);
        if (codes.length > 0) wrong.push(`seed ${seed}, ${start}, ${codes}: ${JSON.stringify(text)}`);
        for (const decision of decisions) missed.delete(decision);
      }
    }
    assertNone(wrong);
    // Every alternative, and every option and repetition, present and absent, was derived; for copies of a rule, one is enough.
    assert.deepEqual(
      [...missed].filter((decision) => !decision.includes(copied)),
      [],
    );
  });

  test("takes a sentence with one token changed where the EBNF does, and refuses it where the EBNF does", () => {
    const counts = { taken: 0, refused: 0, open: 0 };
    const wrong: string[] = [];
    for (const [i, start] of starts.entries()) {
      for (let turn = 0; turn < (isLong ? 10_000 : 50); turn++) {
        const seed = turn + 1_000_000 * (i + starts.length);
        const random = randomFrom(seed);
        const tokens = nearMiss(sentences.derive(seed, start).tokens, random);
        const text = spaced(tokens, random);
        const codes = codesOf(text);
        const wanted = isFile(tokens);
        counts[wanted === undefined ? "open" : wanted ? "taken" : "refused"]++;
        if (wanted === undefined || wanted === (codes.length === 0)) continue;
        wrong.push(`seed ${seed}, ${start}, ${wanted ? codes : "not refused"}: ${JSON.stringify(text)}`);
      }
    }
    assertNone(wrong);
    const all = counts.taken + counts.refused + counts.open;
    assert.ok(counts.taken > all / 20 && counts.refused > all / 2 && counts.open < all / 50, JSON.stringify(counts));
  });

  test("the recogniser knows right from wrong", () => {
    const known: readonly (readonly [string, boolean | undefined])[] = [
      ["const a = 1 < 2", true],
      ["const a = 1 < 2 < 3", false],
      ["const a = 1 + not b", false],
      ["const a = not not - - 2 ** - 1", true],
      ["const a = [ 1 , .. 3 ]", true],
      ["const a = [ 1 , 2 .. 3 ]", false],
      ["const a = x . model", true],
      ["const a = model", false],
      ["fn f ( N : int ) = 1", false],
      ["const a = f ( N : 1 )", true],
      ["lfer 2", false],
      ["check M { params < 3 macs < 4 within 1 }", true],
      ["check M { params }", false],
      ["check M { params < 3 ( macs < 4 ) }", undefined],
      ["", true],
    ];
    for (const [text, wanted] of known) assert.equal(isFile(text.split(" ").filter(Boolean)), wanted, text);
  });
});
