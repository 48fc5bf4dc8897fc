import * as assert from "uvu/assert";
import { threefry, threefryKey } from "../../src/random/threefry.js";
import { suite } from "../support/suite.js";

/** Random123, tests/kat_vectors, lines `threefry4x32 20`: counter, key, result. */
const knownAnswers = [
  ["00000000 00000000 00000000 00000000", "00000000 00000000 00000000 00000000", "9c6ca96a e17eae66 fc10ecd4 5256a7d8"],
  ["ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff ffffffff ffffffff", "2a881696 57012287 f6c7446e a16a6732"],
  ["243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0 082efa98 ec4e6c89", "59cd1dbb b8879579 86b5d00c ac8b6d84"],
] as const;

const words = (text: string) =>
  text.split(" ").map((word) => Number.parseInt(word, 16)) as [number, number, number, number];

suite("threefry-4x32-20", (test) => {
  for (const [counter, key, expected] of knownAnswers) {
    test(`gives Random123's answer for counter ${counter}`, () => {
      const out = new Int32Array(6);
      threefry(threefryKey(...words(key)), ...words(counter), out, 1);
      const hex = [...out.subarray(1, 5)].map((word) => (word >>> 0).toString(16).padStart(8, "0")).join(" ");
      assert.is(hex, expected);
      assert.equal([out[0], out[5]], [0, 0]);
    });
  }
});
