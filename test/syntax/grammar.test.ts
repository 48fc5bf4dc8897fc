import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { EOF, type TokenType } from "chevrotain";
import { LferParser } from "../../src/syntax/parser/parser.js";
import { scan } from "../../src/syntax/scan.js";
import * as tokens from "../../src/syntax/tokens.js";
import { brackets, keywords, operators, textOf } from "../../src/syntax/tokens.js";
import { generateGrammar } from "../../tools/generate-grammar.js";
import { generateLookAhead } from "../../tools/generate-look-ahead.js";
import { suite } from "../support/suite.js";

const root = new URL("../../", import.meta.url);
const lookAhead = generateLookAhead();

suite("syntax: grammar", (test) => {
  test("every operator and bracket is scanned as itself, alone and between names", () => {
    for (const type of [...operators, ...brackets]) {
      const typesOf = (text: string): readonly string[] => scan(text).tokens.map((t) => t.tokenType.name);
      assert.deepEqual(typesOf(textOf(type)), [type.name]);
      assert.deepEqual(typesOf(`a${textOf(type)}b`), ["NAME", type.name, "NAME"]);
    }
  });

  test("Chevrotain finds no fault with the rules", () => {
    // Throws on ambiguous alternatives, left recursion, empty repetitions and the like.
    assert.ok(new LferParser(true).productions.length > 20);
  });

  test("at every place and for every token the parser decides as Chevrotain does by the grammar", () => {
    const isToken = (value: unknown): value is TokenType =>
      (value as TokenType | undefined)?.tokenTypeIdx !== undefined;
    const types = [...new Set([EOF, ...Object.values(tokens).flat().filter(isToken)])];
    assert.ok(types.length > 60);
    const [ours, recorded] = [new LferParser(false), new LferParser(true)];
    const taken = new Set<number>();
    for (const type of types) {
      const [decided, wanted] = [ours, recorded].map((parser) => new Map(parser.decisionsAt(type)));
      assert.ok(decided !== undefined && wanted !== undefined);
      for (const [key, decision] of wanted) {
        assert.equal(decided.get(key) ?? false, decision ?? false, `${type.name} at ${key}`);
        if (decision !== undefined && decision !== false) taken.add(key);
      }
      assert.equal(decided.size, wanted.size);
    }
    // Every place has at least one decision.
    assert.equal(taken.size, ours.decisionsAt(EOF).size);
  });

  for (const [path, text] of [...Object.entries(generateGrammar()), [lookAhead.path, lookAhead.text] as const]) {
    test(`${path} is fresh`, () => {
      assert.equal(readFileSync(new URL(path, root), "utf8"), text, "run `npm run gen`");
    });
  }

  test("every rule that the EBNF names is defined in it", () => {
    const text = generateGrammar()["grammar/lfer.ebnf"] ?? "";
    const rules = text.slice(0, text.indexOf("(* OPERATOR"));
    const defined = new Set([...rules.matchAll(/^(\w+) +=/gm)].map((m) => m[1]));
    const used = [...rules.replace(/\(\*.*?\*\)|"[^"]*"/g, "").matchAll(/\b[a-z]\w*/g)].map((m) => m[0]);
    assert.deepEqual(
      [...new Set(used)].filter((name) => !defined.has(name)),
      [],
    );
    for (const word of keywords.keys())
      assert.ok(word === "N" || rules.includes(`"${word}"`) || /^(or|and)$/.test(word), word);
  });

  test("the TextMate patterns are regular expressions that find the words", () => {
    const grammar = JSON.parse(generateGrammar()["grammar/lfer.tmLanguage.json"] ?? "") as {
      patterns: { name?: string; match?: string }[];
    };
    const scopeOf = (text: string): string | undefined =>
      grammar.patterns.find((p) => p.match !== undefined && new RegExp(`^(?:${p.match})`).test(text))?.name;
    assert.equal(scopeOf("/// doc"), "comment.line.documentation.lfer");
    assert.equal(scopeOf("//// ruler"), "comment.line.double-slash.lfer");
    assert.equal(scopeOf("-> relu"), "keyword.operator.lfer");
    assert.equal(scopeOf("1.29M"), "constant.numeric.lfer");
    assert.equal(scopeOf("if x"), "keyword.control.lfer");
    assert.equal(scopeOf("conv(3)"), "entity.name.function.lfer");
    assert.equal(scopeOf("N, 3"), "constant.language.lfer");
    assert.equal(scopeOf("normal"), "variable.other.lfer");
  });
});
