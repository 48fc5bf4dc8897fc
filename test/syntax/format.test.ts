import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { format } from "../../src/syntax/format/format.js";
import { parse } from "../../src/syntax/parse.js";
import { print } from "../../src/syntax/print.js";
import { scan } from "../../src/syntax/scan.js";
import { suite } from "../support/suite.js";
import { anyTree, meaningOf } from "../support/trees.js";

const runs = process.env.LFER_FUZZ === "long" ? 20_000 : 300;
const root = new URL("../../", import.meta.url);

function formatted(text: string): string {
  const found = format("a.lfer", text);
  assert.equal(found.kind, "formatted", `${JSON.stringify(found)} for\n${text}`);
  return (found as { text: string }).text;
}

/** Properties of every text without errors. */
function assertWellFormatted(text: string): void {
  const once = formatted(text);
  assert.equal(formatted(once), once, `formatted twice is not formatted once:\n${text}`);
  const [before, after] = [parse("a.lfer", text), parse("a.lfer", once)];
  assert.deepEqual(meaningOf(after.tree), meaningOf(before.tree), text);
  assert.deepEqual(remarksOf(once), remarksOf(text), text);
  assert.ok(!/[ \t]\n|\n\n\n|^\n|\n\n$/.test(once), `blanks at line ends, or too many blank lines:\n${once}`);
}

const remarksOf = (text: string): readonly string[] => {
  const { docs, comments } = scan(text);
  const all = [
    ...docs.map(({ startOffset, image }) => ({ start: startOffset, end: startOffset + image.length })),
    ...comments,
  ];
  return all.sort((a, b) => a.start - b.start).map(({ start, end }) => text.slice(start, end).trimEnd());
};

/** The tokens of a tree with random separators without meaning: spaces, line breaks, comments. */
const anySpacing = fc.array(
  fc.oneof(
    { weight: 12, arbitrary: fc.constant(" ") },
    { weight: 3, arbitrary: fc.constant("\n") },
    { weight: 1, arbitrary: fc.constant("\n\n\n") },
    { weight: 1, arbitrary: fc.constant("    ") },
    { weight: 1, arbitrary: fc.constant(" // a remark  \n") },
    { weight: 1, arbitrary: fc.constant("\n// on its own\n") },
    { weight: 1, arbitrary: fc.constant("\n\n// one\n\n\n//two\n\n") },
  ),
  { minLength: 7, maxLength: 40 },
);

function respaced(text: string, spacing: readonly string[]): string {
  const { tokens, docs } = scan(text);
  let out = "";
  const all = [...tokens, ...docs].sort((a, b) => a.startOffset - b.startOffset);
  for (const [i, { image }] of all.entries()) {
    if (image.startsWith("///")) out += `\n${image}\n`;
    else out += image + (spacing[i % spacing.length] ?? " ");
  }
  return out;
}

const anyText = fc.tuple(anyTree, anySpacing).map(([tree, spacing]) => respaced(print(tree), spacing));

suite("syntax: format", (test) => {
  test("any tree, however it is spaced and remarked: twice is once, nothing is lost or changed", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        // Skips texts that our own random spacing makes ambiguous.
        if (parse("a.lfer", text).diagnostics.length > 0) return;
        assertWellFormatted(text);
      }),
      { numRuns: runs },
    );
  });

  test("examples in the docs are in their form", () => {
    const page = readFileSync(new URL("docs/language.md", root), "utf8");
    const examples = [...page.matchAll(/^```lfer[^\n]*\n([\s\S]*?)^```/gm)].map(([, text = ""]) => text);
    assert.ok(examples.length > 20);
    for (const text of examples) {
      if (parse("a.lfer", text).diagnostics.length === 0) assert.equal(formatted(text), text);
    }
  });

  test("long lines are broken at the shallowest place that helps", () => {
    const stages = Array.from({ length: 9 }, (_, i) => `conv(${100 + i}, kernel: 3)`).join(" -> ");
    const text = formatted(`lfer 1\nblock B=${stages}\nconst c=[${"1234567, ".repeat(20)}]\n`);
    for (const line of text.split("\n")) assert.ok(line.length <= 120, line);
    assert.match(text, /^block B =\n {2}conv\(100, kernel: 3\) -> .*\n {2}-> conv/m);
    assert.match(text, /^const c = \[1234567, .*\n {11}1234567/m);
  });

  test("a chain, a sum and brackets as deep as the parser takes them", () => {
    const deep = (n: number): string => `const c = ${"(".repeat(n)}1${")".repeat(n)}\nconst s = ${"1 + ".repeat(n)}1\n`;
    assertWellFormatted(deep(190));
    const chain = `fn f(a: int) = ${"if a == 1 then 2 else ".repeat(190)}3\n`;
    assertWellFormatted(chain);
  });

  test("a list that was opened on a line gets its last comma, others lose it", () => {
    assert.equal(
      formatted("const a = [\n1,\n2\n]\nconst b = [1, 2,]\n"),
      "const a = [\n  1,\n  2,\n]\nconst b = [1, 2]\n",
    );
  });

  for (const folder of ["models/", "examples/", "src/std/", "test/fixtures/syntax/"]) {
    const url = new URL(folder, root);
    for (const name of readdirSync(url).filter((each) => each.endsWith(".lfer"))) {
      const text = readFileSync(new URL(name, url), "utf8");
      if (parse(name, text).diagnostics.length > 0) continue;
      test(`${folder}${name}`, () => {
        assertWellFormatted(text);
        assertWellFormatted(text.replaceAll("\n", "\r\n"));
        if (!folder.startsWith("test/")) assert.equal(formatted(text), text, "lferc fmt would change it");
      });
    }
  }
});
