import * as assert from "uvu/assert";
import { isBetter } from "../../src/training/metrics.js";
import { suite } from "../support/suite.js";

suite("the best epoch", (test) => {
  const score = (accuracy: number, loss: number) => ({ accuracy, meanClassAccuracy: accuracy, loss });

  test("has the highest accuracy, whatever the losses", () => {
    assert.ok(isBetter(score(0.6, 9), score(0.5, 1), "accuracy"));
    assert.not(isBetter(score(0.5, 1), score(0.6, 9), "accuracy"));
    assert.ok(isBetter(score(0, 9), undefined, "accuracy"));
  });

  test("of those that answer alike it has the lower loss: answers are few, losses tell more", () => {
    assert.ok(isBetter(score(0.5, 1), score(0.5, 2), "accuracy"));
    assert.not(isBetter(score(0.5, 2), score(0.5, 1), "accuracy"));
  });

  test("of equals it is the earlier one, so that a run that stands still does not write its weights again", () => {
    assert.not(isBetter(score(0.5, 1), score(0.5, 1), "accuracy"));
  });
});
