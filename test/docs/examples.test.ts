import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { root } from "../support/lferc.js";
import { suite } from "../support/suite.js";
import { diagnose, expectNoDiagnostics } from "../support/tester.js";

/** Generated from the catalogue, whose examples test/diagnostics/examples.test.ts compiles. */
const elsewhere = "diagnostics.md";

const pages = [
  "README.md",
  "CONTRIBUTING.md",
  ...readdirSync(join(root, "docs"))
    .filter((name) => name.endsWith(".md") && name !== elsewhere)
    .map((name) => `docs/${name}`),
].filter((page) => existsSync(join(root, page)));

/** The files that an example may import: `./resnet.lfer` is next to it. */
const beside = Object.fromEntries(
  readdirSync(join(root, "models"))
    .filter((name) => name.endsWith(".lfer"))
    .map((name) => [name, readFileSync(join(root, "models", name), "utf8")]),
);

interface Block {
  readonly line: number;
  readonly text: string;
  /** From `lfer error=CODE`: the error that the example shows. */
  readonly code: string | undefined;
}

function lferBlocks(markdown: string): readonly Block[] {
  return [...markdown.matchAll(/^```lfer\b([^\n]*)\n([\s\S]*?)^```$/gm)].map((match) => ({
    line: markdown.slice(0, match.index).split("\n").length,
    code: /\berror=(\S+)/.exec(match[1] ?? "")?.[1],
    text: match[2] ?? "",
  }));
}

suite("examples in the docs", (test) => {
  test("there are some in the README", () => {
    assert.ok(lferBlocks(readFileSync(join(root, "README.md"), "utf8")).length > 0);
  });

  for (const page of pages) {
    for (const { line, text, code } of lferBlocks(readFileSync(join(root, page), "utf8"))) {
      test(`${page}:${line} ${code === undefined ? "compiles" : `gives ${code}`}`, async () => {
        const texts = { ...beside, "main.lfer": text };
        const diagnostics = await diagnose(texts);
        if (code === undefined) expectNoDiagnostics(texts, diagnostics);
        else assert.equal([...new Set(diagnostics.map((diagnostic) => diagnostic.code))], [code]);
      });
    }
  }
});
