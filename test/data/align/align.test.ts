// Compares aligned faces with scikit-image's: see make_alignment.py for the origin of the numbers.
import { readFileSync } from "node:fs";
import * as assert from "uvu/assert";
import { alignedFace, croppedFace, fivePoints } from "../../../src/data/align/face.js";
import { similarityBetween } from "../../../src/data/align/similarity.js";
import type { RgbImage } from "../../../src/data/rgb-image.js";
import { suite } from "../../support/suite.js";
import { formulaPicture } from "../formula-picture.js";

interface Case {
  readonly width: number;
  readonly height: number;
  readonly side: number;
  readonly landmarks: readonly number[];
  /** Two rows of three. */
  readonly matrix: readonly number[];
  readonly pixels: string;
}

const cases = JSON.parse(readFileSync(new URL("alignment.json", import.meta.url), "utf8")) as readonly Case[];

const template = [
  [38.2946, 51.6963],
  [73.5318, 51.5014],
  [56.0252, 71.7366],
  [41.5493, 92.3655],
  [70.7299, 92.2041],
] as const;

const picture = (found: RgbImage | string): RgbImage => {
  if (typeof found === "string") throw new Error(found);
  return found;
};

suite("a face turned upright", (test) => {
  for (const [i, { width, height, side, landmarks, matrix, pixels }] of cases.entries()) {
    test(`case ${i + 1}: the similarity and the picture are scikit-image's`, () => {
      const to = template.map(([x, y]) => ({ x: (x * side) / 112, y: (y * side) / 112 }));
      const by = similarityBetween(fivePoints(landmarks), to);
      assert.ok(by !== undefined);
      for (const [place, value] of [by.a, -by.b, by.moveX, by.b, by.a, by.moveY].entries()) {
        assert.ok(Math.abs(value - (matrix[place] as number)) < 1e-9, `${value} ${matrix[place]}`);
      }
      const made = picture(alignedFace(formulaPicture(width, height), fivePoints(landmarks), side));
      const wanted = Buffer.from(pixels, "base64");
      assert.is(made.pixels.length, wanted.length);
      assert.ok(new Set(wanted).size > 100);
      // Adjacent pixels differ much: a value near a half may be rounded in the other direction.
      const off = made.pixels.map((value, at) => Math.abs(value - (wanted[at] as number)));
      assert.ok(Math.max(...off) <= 1, `${Math.max(...off)}`);
      assert.ok(off.filter((difference) => difference > 0).length < off.length / 1000);
    });
  }

  test("no landmarks, landmarks on one point, landmarks without end are no face", () => {
    const image = formulaPicture(10, 10);
    assert.match(String(alignedFace(image, fivePoints([]), 8)), /not 68 points/);
    assert.match(String(alignedFace(image, fivePoints(Array(136).fill(3)), 8)), /on one point/);
    assert.match(String(alignedFace(image, fivePoints(Array(136).fill(Number.POSITIVE_INFINITY)), 8)), /not 68 points/);
    const huge = Array.from({ length: 136 }, (_, i) => (i * 7919) % 1e9);
    assert.ok(alignedFace(image, fivePoints(huge), 8));
  });
});

suite("a face by its box", (test) => {
  const image = formulaPicture(10, 8);

  test("the box's pixels, rounded, and cut off where it leaves the picture", () => {
    const cut = picture(croppedFace(image, { x: 2.4, y: 3, width: 3, height: 2 }));
    assert.equal([cut.width, cut.height], [3, 2]);
    assert.equal(cut.pixels.subarray(9, 12), image.pixels.subarray((4 * 10 + 2) * 3, (4 * 10 + 3) * 3));
    const corner = picture(croppedFace(image, { x: -5, y: 6, width: 8, height: 100 }));
    assert.equal([corner.width, corner.height], [3, 2]);
  });

  test("a box beside the picture, of no size, or of no numbers shows no face", () => {
    assert.match(String(croppedFace(image, { x: 10, y: 0, width: 3, height: 3 })), /beside the picture of 10 x 8/);
    assert.match(String(croppedFace(image, { x: 2, y: 2, width: 0, height: 3 })), /beside/);
    assert.match(String(croppedFace(image, { x: 2, y: 2, width: -3, height: 3 })), /beside/);
    assert.match(String(croppedFace(image, { x: Number.NaN, y: 2, width: 3, height: 3 })), /not four numbers/);
  });
});
