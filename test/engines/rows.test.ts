import * as assert from "uvu/assert";
import { inverse, naturalOrder, sameOrder } from "../../src/engines/ort/blocked/buffer.js";
import { orderByRequests } from "../../src/engines/ort/blocked/row-store.js";
import { packState, unpackState } from "../../src/step/packed-state.js";
import { suite } from "../support/suite.js";

suite("orders of rows", (test) => {
  test("the channels of every request lie side by side", () => {
    const requests = [
      [1, 3, 5],
      [0, 4],
      [2, 6, 7],
    ];
    const order = orderByRequests(8, requests);
    assert.equal(order, [1, 3, 5, 0, 4, 2, 6, 7]);
    assert.equal(
      inverse(order).map((row) => order[row]),
      naturalOrder(8),
    );
  });

  test("of requests that overlap, the earlier one is whole and the later one as whole as that allows", () => {
    const order = orderByRequests(6, [
      [0, 2, 4],
      [2, 4, 5],
    ]);
    assert.equal(new Set(order.slice(0, 3)), new Set([0, 2, 4]));
    assert.is(order[3], 5);
  });

  test("nobody's wishes and whole tensors change nothing", () => {
    assert.ok(sameOrder(orderByRequests(4, []), naturalOrder(4)));
    assert.ok(sameOrder(orderByRequests(4, [[3, 2, 1, 0]]), naturalOrder(4)));
  });
});

suite("tensors of state", (test) => {
  const port = {
    input: "state",
    output: "next",
    shape: [7],
    slots: [
      { slot: "a", offset: 0, length: 3 },
      { slot: "b", offset: 3, length: 4, order: Int32Array.of(2, 0, 3, 1) },
    ],
  };
  const state = new Map([
    ["a", Float32Array.of(1, 2, 3)],
    ["b", Float32Array.of(4, 5, 6, 7)],
  ]);

  test("slots are stored in their layouts and come out as they went in", () => {
    const packed = packState(port, state);
    assert.equal([...packed], [1, 2, 3, 5, 7, 4, 6]);
    assert.equal(new Map(unpackState(port, packed)), state);
  });

  test("a slot of the wrong length is refused", () => {
    assert.throws(
      () => packState(port, new Map([...state, ["a", Float32Array.of(1)]])),
      /slot a needs 3 numbers, not 1/,
    );
  });
});
