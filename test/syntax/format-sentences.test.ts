// The formatter handles every optional token of the grammar: sentences are derived from the EBNF, as in ebnf.test.ts.
import assert from "node:assert/strict";
import { format } from "../../src/syntax/format/format.js";
import { parse } from "../../src/syntax/parse.js";
import { randomFrom } from "../support/grammar-sentences.js";
import { copied, sentences, spaced, starts } from "../support/lfer-grammar.js";
import { suite } from "../support/suite.js";
import { meaningOf } from "../support/trees.js";

/** The number of sentences of each kind of declaration. */
const count = process.env.LFER_FUZZ === "long" ? 20_000 : 300;

function formatted(text: string): string {
  const found = format("a.lfer", text);
  if (found.kind === "refused") throw new Error(`refused: ${found.diagnostics[0]?.message}\n${text}`);
  return found.text;
}

function assertFormats(text: string): void {
  try {
    const once = formatted(text);
    assert.equal(formatted(once), once, "formatted twice is not formatted once");
    assert.deepEqual(meaningOf(parse("a.lfer", once).tree), meaningOf(parse("a.lfer", text).tree));
  } catch (error) {
    throw new Error(`this does not format:\n${text}`, { cause: error });
  }
}

suite("syntax: format knows the grammar", (test) => {
  test("whatever sentence the grammar has is formatted, once and for all, to the same tree", () => {
    // The test is valid only if everything optional occurred both present and absent.
    const missed = new Set(starts.flatMap((start) => [...sentences.decisionsOf(start)]));
    for (const [i, start] of starts.entries()) {
      for (let turn = 0; turn < count; turn++) {
        const seed = turn + 1_000_000 * i;
        const { tokens, decisions } = sentences.derive(seed, start);
        assertFormats(spaced(tokens, randomFrom(seed)));
        for (const decision of decisions) missed.delete(decision);
      }
    }
    assert.deepEqual(
      [...missed].filter((decision) => !decision.includes(copied)),
      [],
    );
  });

  test("a comma behind the last is taken wherever the grammar has one, and left out on one line", () => {
    const written = (text: string): string => formatted(`lfer 1\n\n${text}\n`).slice(8);
    assert.equal(written("const a = [1, 2,]"), "const a = [1, 2]\n");
    assert.equal(written("const a = [1,..3]"), "const a = [1..3]\n");
    assert.equal(written("const a = f(1,)"), "const a = f(1)\n");
    assert.equal(written("block B(a: int,) = conv(a)"), "block B(a: int) = conv(a)\n");
    assert.match(written("model M { input x: float32[N, 3,] y = x output y }"), /float32\[N, 3\]/);
    assert.match(written("block B on x { weight w: float32[1, // one\n] = zeros return x * w }"), /\/\/ one\n/);
  });
});
