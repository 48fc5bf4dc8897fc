import * as assert from "uvu/assert";
import { normalise, normaliseInto } from "../../src/data/normalise.js";
import { suite } from "../support/suite.js";

const normalisation = { mean: [0.5, 0.25, 0], std: [0.5, 0.25, 2] };

suite("normalise", (test) => {
  test("makes planes of the channels: (value / 255 - mean) / std", () => {
    const image = { width: 2, height: 1, pixels: Uint8Array.of(0, 255, 255, 255, 0, 51) };
    assert.equal([...normalise(image, normalisation)], [-1, 1, 3, -1, 0.5, 0.10000000149011612]);
  });

  test("writes a picture of a batch at its place", () => {
    const batch = new Float32Array(2 * 3);
    normaliseInto(batch, 1, { width: 1, height: 1, pixels: Uint8Array.of(255, 255, 255) }, normalisation);
    assert.equal([...batch], [0, 0, 0, 1, 3, 0.5]);
  });
});
