import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { suite } from "../support/suite.js";
import { diagnose } from "../support/tester.js";

interface Case {
  readonly text: string;
  readonly line: number;
  readonly words: readonly string[];
}

/** The cases of test/fixtures/foreign/statements.txt, each as a file. */
function readCases(): readonly Case[] {
  const all = readFileSync(new URL("../fixtures/foreign/statements.txt", import.meta.url), "utf8");
  return all
    .split(/^--- /m)
    .slice(1)
    .map((block): Case => {
      const [head = "", ...lines] = block.trimEnd().split("\n");
      const [place = "", ...words] = head.split(" | ");
      const [kind, line] = place.split(" ");
      if (kind === "F") return { text: `${lines.join("\n")}\n`, line: Number(line), words };
      const inner = lines.map((each) => `  ${each}`).join("\n");
      const text =
        kind === "M"
          ? `lfer 1\n\nmodel M {\n  input image: float32[N, 3, 8, 8]\n${inner}\n  logits = image -> conv(4) -> flatten\n  output logits\n}\n`
          : `lfer 1\n\nblock B on x {\n${inner}\n  return x\n}\n`;
      return { text, line: Number(line) + (kind === "M" ? 4 : 3), words };
    });
}

const lineOf = (text: string, offset: number): number => text.slice(0, offset).split("\n").length;

suite("syntax: constructs of other languages", (test) => {
  for (const { text, line, words } of readCases()) {
    test(`one message: ${words.join(" | ")}`, async () => {
      const errors = (await diagnose(text)).filter(({ severity }) => severity === "error");
      const said = errors.map(
        ({ code, message, help, span }) => `${code} ${lineOf(text, span?.start ?? 0)}: ${message} ${help}`,
      );
      assert.equal(errors.length, 1, `${text}\n${said.join("\n")}`);
      assert.equal(lineOf(text, errors[0]?.span?.start ?? 0), line, said.join("\n"));
      for (const word of words) assert.ok(said[0]?.includes(word), `"${word}" is missing: ${said[0]}`);
    });
  }
});
