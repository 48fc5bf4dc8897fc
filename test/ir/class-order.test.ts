import * as assert from "uvu/assert";
import { isInOrder, orderOf, reordered, sameClasses } from "../../src/ir/class-order.js";
import { randomStream } from "../../src/random/stream.js";
import { suite } from "../support/suite.js";

const composedE = "\u00e9l\u00e8ve";
const apart = composedE.normalize("NFD");

suite("class names beside each other", (test) => {
  test("an order brings every list of the same names into the wanted one", () => {
    const random = randomStream(1, "orders");
    for (let round = 0; round < 200; round++) {
      const wanted = Array.from({ length: 1 + (round % 9) }, (_, i) => `class ${i}`);
      const keys = new Map(wanted.map((name) => [name, random.uniform()]));
      const have = wanted.toSorted((a, b) => (keys.get(a) ?? 0) - (keys.get(b) ?? 0));
      const order = orderOf(have, wanted);
      assert.ok(order);
      assert.equal(
        order.map((from) => have[from]),
        wanted,
      );
      // Two samples, two values per class: each value identifies its class.
      const values = [0, 1].flatMap((n) =>
        have.flatMap((name) => [0, 1].map((k) => n * 100 + k * 50 + wanted.indexOf(name))),
      );
      const expected = [0, 1].flatMap((n) => wanted.flatMap((_, c) => [0, 1].map((k) => n * 100 + k * 50 + c)));
      assert.equal([...reordered(Float32Array.from(values), order, 2)], expected);
    }
  });

  test("other names, a name that is missing and a name that stands twice have no order", () => {
    assert.is(orderOf(["a", "b"], ["a", "c"]), undefined);
    assert.is(orderOf(["a", "b"], ["a", "b", "c"]), undefined);
    assert.is(orderOf(["a", "b", "c"], ["a", "b"]), undefined);
    assert.is(orderOf(["a", "b", "a"], ["a", "a", "b"]), undefined);
    assert.is(orderOf(["a", "b"], ["a", "a"]), undefined);
    assert.is(orderOf(["Happy", "sad"], ["happy", "sad"]), undefined, "case counts");
    assert.is(orderOf(["happiness", "sad"], ["happy", "sad"]), undefined, "synonyms are for folders");
    // Some well-known lists contain a name twice: as long as nothing is permuted, this is unambiguous.
    assert.equal(orderOf(["crane", "crane"], ["crane", "crane"]), [0, 1]);
    assert.ok(isInOrder([0, 1, 2]) && !isInOrder([1, 0]));
  });

  test("accents written apart are the same name", () => {
    assert.not.equal(composedE, apart);
    assert.ok(sameClasses([composedE, "x"], [apart, "x"]));
    assert.equal(orderOf([composedE, "x"], ["x", apart]), [1, 0]);
  });
});
