import * as assert from "uvu/assert";
import { displayWidth } from "../../src/diagnostics/display-text.js";
import { summaryOf } from "../../src/judging/summary.js";
import { renderSummary } from "../../src/report/summary-text.js";
import { suite } from "../support/suite.js";
import { someAnswers } from "./some-run.js";

suite("the figures at the end of a training", (test) => {
  test("mean-class accuracy, macro-F1, calibration error, and what is found of each class", () => {
    const text = renderSummary(summaryOf(someAnswers(["happy", "sad", "angry"])), 80);
    // By hand: 20, 17 and 14 of 20 are correct; F1 of 40/46, 34/37 and 28/37.
    assert.match(text, "mean-class accuracy 85.0%, macro-F1 0.848, calibration error");
    assert.match(text, "found of each class: 100.0% happy, 85.0% sad, 70.0% angry\n");
  });

  test("no line is wider than the terminal, whatever the names are; of many classes the worst are named", () => {
    const names = Array.from({ length: 30 }, (_, c) => `${"long ".repeat(c % 9)}\u001b[31m${c}`);
    for (const width of [30, 40, 60, 80, 200]) {
      const text = renderSummary(summaryOf(someAnswers(names.slice(0, 6))), width);
      for (const line of text.trimEnd().split("\n")) assert.ok(displayWidth(line) <= width, `${width}: ${line}`);
      assert.not.match(text, "\u001b");
    }
    const many = renderSummary(summaryOf(someAnswers(Array.from({ length: 30 }, (_, c) => `c${c}`))), 80);
    assert.match(many, "found of the 12 worst classes: 0.0% c7");
  });

  test("a class without pictures says so; without any there is nothing to say", () => {
    const answers = someAnswers(["happy", "sad"]);
    const some = { ...answers, pictures: answers.pictures.filter(({ label }) => label === 0) };
    assert.match(renderSummary(summaryOf(some), 80), "– sad (no pictures)");
    assert.is(renderSummary(summaryOf({ ...answers, pictures: [] }), 80), "");
  });
});
