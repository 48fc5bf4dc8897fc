import * as assert from "uvu/assert";
import { conventionTable } from "../../src/analysis/conventions.js";
import type { CountingFacts } from "../../src/analysis/facts.js";
import { formula } from "../../src/analysis/formula.js";
import { allConventions } from "../../src/analysis/stats.js";
import { layerOps } from "../../src/ops/registry.js";
import { conventions } from "../../src/recipe/measures.js";
import { suite } from "../support/suite.js";

const facts: CountingFacts = {
  inputElements: 100,
  outputElements: 90944,
  inputChannels: 3,
  outputPositions: 49,
  productsPerOutput: 58,
  bias: 1,
  windowCells: 9,
  axisLength: undefined,
  axisRows: undefined,
  averagedCells: undefined,
  parameters: 7,
  freshWeights: 0,
  isMap: 0,
  isVector: 1,
  samples: 1,
  inputPositions: undefined,
  outputChannels: undefined,
  normalisedRuns: undefined,
  isLinear: undefined,
  folds: undefined,
  addsBias: undefined,
};

suite("formulas", (test) => {
  test("multiplication binds tighter, parentheses first, left to right", () => {
    assert.is(formula("O * K").evaluate(facts), 5_274_752);
    assert.is(formula("O * (2 * K - 1 + b)").evaluate(facts), 90944 * 116);
    assert.is(formula("I - C - b").evaluate(facts), 96);
    assert.is(formula("2 + 3 * 4").evaluate(facts), 14);
  });

  test("numbers are put in", () => {
    assert.is(formula("O * (2 * K - 1)").withNumbers(facts), "90944 * (2 * 58 - 1)");
  });

  test("a fact that the op lacks is never a silent zero", () => {
    assert.throws(() => formula("R * n").evaluate(facts), /asks for R/);
  });

  test("what is no formula is refused", () => {
    for (const text of ["", "O *", "O K", "(O", "Q + 1", "O / 2", "1.5"]) {
      assert.throws(() => formula(text).evaluate(facts), /formula/, text);
    }
  });
});

suite("convention tables", (test) => {
  for (const name of allConventions) {
    test(`${name}: a rule with its source for every op, formulas that can be read`, () => {
      const table = conventionTable(name);
      assert.is(table.name, name);
      assert.equal(Object.keys(table.rules).sort(), Object.keys(layerOps).sort());
      for (const [op, rule] of Object.entries(table.rules)) {
        if (rule.kind === "zero") assert.ok(rule.why.length > 10, op);
        else {
          assert.ok(rule.source.length > 5, op);
          assert.equal(Object.keys(rule.formulas), [...conventions[name]], op);
          for (const text of Object.values(rule.formulas)) assert.is(formula(text).text, text);
          assert.ok(
            Object.values(rule.formulas).some((text) => text !== "0"),
            `${op}: write it as a zero`,
          );
        }
      }
    });
  }
});
