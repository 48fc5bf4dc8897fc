// The printer knows every optional token of the grammar: sentences are derived from the parser's own rules.
import assert from "node:assert/strict";
import { format } from "../../src/syntax/format/format.js";
import { parse } from "../../src/syntax/parse.js";
import { allDecisions, deriveSentence, randomFrom } from "../support/grammar-sentences.js";
import { suite } from "../support/suite.js";
import { meaningOf } from "../support/trees.js";

/** How many sentences of each; few of a check's compare something once, as each of its lines must. */
const scale = process.env.LFER_FUZZ === "long" ? 50 : 1;
const sentences = {
  sourceFile: 400,
  const: 400,
  block: 400,
  function: 400,
  model: 400,
  variant: 200,
  recipe: 400,
  check: 5000,
};

/** The tokens with blanks, line ends and remarks between them, where they change nothing. */
function spaced(tokens: readonly string[], seed: number): string {
  const random = randomFrom(seed);
  const gaps = ["\n", "\n\n\n", "  ", " // a remark\n", "\n// on its own\n", "\n\n// with blanks\n\n", "\r\n"];
  const isPlain = random() < 0.4;
  return tokens
    .map((token) => `${token}${isPlain || random() < 0.8 ? " " : gaps[Math.floor(random() * gaps.length)]}`)
    .join("");
}

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
  test("whatever sentence the grammar has and the parser takes is formatted, once and for all, to the same tree", () => {
    const seen = new Set<string>();
    for (const [i, [start, count]] of Object.entries(sentences).entries()) {
      let taken = 0;
      for (let seed = 0; seed < count * scale; seed++) {
        const { tokens, decisions } = deriveSentence(seed + 1_000_000 * i, start);
        const text = spaced(tokens, seed);
        if (parse("a.lfer", text).diagnostics.length > 0) continue;
        assertFormats(text);
        for (const decision of decisions) seen.add(decision);
        taken++;
      }
      assert.ok(taken > 100 * scale, `${start}: only ${taken} of ${count} sentences are right`);
    }
    // No test of what may be left out is worth anything unless all of it was there and was not.
    const missed = [...allDecisions()].filter((decision) => !seen.has(decision));
    assert.deepEqual(missed, []);
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
