import * as assert from "uvu/assert";
import { readThing } from "../../src/recipe/thing.js";
import { suite } from "../support/suite.js";

const rafDb = (fields: Readonly<Record<string, unknown>>) => readThing("data", "raf_db", fields)?.fields;

suite("a recipe's thing out of a record", (test) => {
  test("what is written stands, what is missing is as where nobody says it", () => {
    const fields = rafDb({ path: "faces", held_out: 0.3, leave_out: ["fear"], pictures: "original" });
    assert.equal([fields?.path, fields?.held_out, fields?.leave_out], ["faces", 0.3, ["fear"]]);
    assert.equal([fields?.hold_out, fields?.broken, fields?.merge, fields?.augment], ["by picture", 0.05, [], []]);
  });

  test("a value of another type, or none of its options, counts as missing", () => {
    const fields = rafDb({ path: 3, held_out: "0.3", leave_out: ["fear", 4], hold_out: "by moon", merge: "a -> b" });
    assert.equal(
      [fields?.path, fields?.held_out, fields?.leave_out, fields?.hold_out, fields?.merge],
      ["", 0, [], "by picture", []],
    );
    const made = readThing("data", "csv", JSON.parse('{"__proto__": {"label": "emotion"}}'));
    assert.is(made?.name === "csv" ? made.fields.label : "", "label");
  });

  test("a field without a default holds nothing of its type", () =>
    assert.equal(readThing("optimizer", "sgd", {})?.fields.lr, 0));

  test("a name that no signature of the sort has is none", () => {
    assert.is(readThing("data", "cifar", {}), undefined);
    assert.is(readThing("data", "sgd", {}), undefined);
    assert.is(readThing("data", "constructor", {}), undefined);
  });
});
