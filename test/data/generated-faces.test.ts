import sharp from "sharp";
import * as assert from "uvu/assert";
import { faceExpressions, generateFace } from "../../src/data/generated-faces.js";
import { encodePng } from "../../src/data/png.js";
import { suite } from "../support/suite.js";
import { formulaPicture } from "./formula-picture.js";

/** Mean absolute difference of two pictures of one size. */
function difference(a: Uint8Array, b: Uint8Array): number {
  return a.reduce((sum, value, i) => sum + Math.abs(value - b[i]!), 0) / a.length;
}

suite("generated faces", (test) => {
  test("the same expression, seed and size give the same bytes", () => {
    assert.equal(generateFace("fear", 3, 24), generateFace("fear", 3, 24));
  });

  test("another seed or another expression gives another picture", () => {
    const faces = faceExpressions.flatMap((expression) => [1, 2].map((seed) => generateFace(expression, seed, 24)));
    for (const [i, face] of faces.entries()) {
      assert.is(face.pixels.length, 24 * 24 * 3);
      for (const other of faces.slice(0, i)) assert.ok(difference(face.pixels, other.pixels) > 5);
    }
  });
});

suite("png", (test) => {
  test("what libpng reads is what was written", async () => {
    for (const [width, height] of [
      [1, 1],
      [7, 3],
      [64, 65],
    ] as const) {
      const picture = formulaPicture(width, height);
      const { data, info } = await sharp(encodePng(picture)).raw().toBuffer({ resolveWithObject: true });
      assert.equal([info.width, info.height, info.channels], [width, height, 3]);
      assert.equal(new Uint8Array(data), picture.pixels);
    }
  });
});
