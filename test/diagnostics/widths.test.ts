// Output on a terminal fits its width; other output is neither cut nor wrapped.
import * as assert from "uvu/assert";
import { catalogue } from "../../src/diagnostics/catalogue.js";
import type { Diagnostic } from "../../src/diagnostics/diagnostic.js";
import type { Entry } from "../../src/diagnostics/entry.js";
import { plainPaint } from "../../src/diagnostics/paint.js";
import { renderPretty } from "../../src/diagnostics/render-pretty.js";
import { sourceTexts } from "../../src/diagnostics/source-text.js";
import { textWidth } from "../../src/diagnostics/text-width.js";
import { wrapLines, wrapText } from "../../src/diagnostics/wrap-text.js";
import { assertFits } from "../support/fits.js";
import { assertGolden } from "../support/goldens.js";
import { suite } from "../support/suite.js";
import { diagnose } from "../support/tester.js";

const source = `lfer 1\n\nblock Wide = conv(8, kernel: 3) -> batch_norm -> relu -> conv(16, kernel: 3, stride: 2) -> batch_norm -> relu -> conv(bad: 3)\n`;
const sources = sourceTexts((file) => (file === "wide.lfer" ? source : undefined));
const span = (text: string) => {
  const start = source.indexOf(text);
  return { file: "wide.lfer", start, end: start + text.length };
};
const long: Diagnostic = {
  code: "shape/not-divisible",
  severity: "error",
  message: "the layer's output has 116 channels, and 116 is no multiple of the 24 groups that it is divided into",
  help: "Choose a multiple of 24, such as 96 or 120, for the channels.\nOr choose a number of groups that divides 116 without a remainder: 29, or 58.",
  span: span("bad: 3"),
  related: [
    { message: "in block Wide, which the model of this file uses seven times in its third stage", span: span("Wide") },
  ],
};

suite("widths", (test) => {
  for (const width of [60, 80, 120]) {
    test(`a diagnostic on ${width} columns`, () => {
      const text = renderPretty(long, sources, plainPaint, width);
      assert.ok(
        text.split("\n").every((line) => textWidth(line) <= width),
        text,
      );
      assertGolden(`diagnostics/width-${width}.txt`, text);
    });
  }

  test("wrapping changes white space and bars only", () => {
    const words = (text: string) => text.split(/[\s|]+/).join(" ");
    const prose = (width?: number) => {
      return words(renderPretty({ ...long, span: undefined, related: [] }, sources, plainPaint, width));
    };
    assert.is(prose(60), prose());
  });

  test("every code's example fits 60, 80 and 120 columns", async () => {
    const entries = Object.entries(catalogue as unknown as Readonly<Record<string, Entry<never>>>);
    let seen = 0;
    for (const [code, { bad }] of entries) {
      if (typeof bad !== "string" && "command" in bad) continue;
      for (const diagnostic of await diagnose(bad)) {
        const texts = sourceTexts((file) => (typeof bad === "string" ? bad : bad[file]));
        for (const width of [60, 80, 120]) {
          const text = renderPretty(diagnostic, texts, plainPaint, width);
          assertFits(text, width);
          // What goes through a session's outlets is not broken again.
          assert.is(wrapLines(text, width), text, code);
        }
        seen++;
      }
    }
    assert.ok(seen > 100);
  });

  test("words are kept, a word that is too wide too", () => {
    const wrapped = wrapText("one two three /a/path/that/is/wider/than/all four", {
      width: 12,
      margin: "> ",
      taken: 4,
    });
    assert.is(wrapped, "one two\n> three\n> /a/path/that/is/wider/than/all\n> four");
    assert.is(wrapText("one two three", { width: undefined, margin: "", taken: 0 }), "one two three");
  });
});
