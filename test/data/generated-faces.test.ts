import fc from "fast-check";
import sharp from "sharp";
import * as assert from "uvu/assert";
import {
  both,
  ellipse,
  everywhere,
  type Layer,
  paintLayers,
  placed,
  type Shape,
  stroke,
} from "../../src/data/drawing.js";
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

/** `fc.double` makes most numbers tiny. */
const between = (min: number, max: number): fc.Arbitrary<number> =>
  fc.integer({ min: min * 1000, max: max * 1000 }).map((n) => n / 1000);
const inPicture = between(-0.1, 1.1);
const point = fc.tuple(inPicture, inPicture);
const anEllipse = fc
  .tuple(point, fc.tuple(between(0.01, 0.4), between(0.01, 0.4)))
  .map(([at, radii]) => ellipse(...at, ...radii));
const aStroke = fc.tuple(point, point, point, between(0.005, 0.05)).map((parts) => stroke(...parts));
const tilted = (shape: fc.Arbitrary<Shape>): fc.Arbitrary<Shape> =>
  fc.tuple(shape, between(-1, 1), between(-0.1, 0.1), between(-0.1, 0.1)).map((parts) => placed(...parts));
const aShape = tilted(
  fc.oneof(
    anEllipse,
    aStroke,
    fc.tuple(anEllipse, fc.oneof(anEllipse, aStroke)).map((two) => both(...two)),
  ),
);

suite("shapes", (test) => {
  // A pixel outside the box is not asked how far away it is.
  test("nothing of a shape is outside its box, at any size", () =>
    fc.assert(
      fc.property(aShape, fc.integer({ min: 1, max: 40 }), (shape, size) => {
        const painted = (each: Shape): Uint8Array => {
          const layers: Layer[] = [{ shape: each, colour: [255, 0, 100] }];
          return paintLayers(size, [0, 255, 101], layers).pixels;
        };
        assert.equal(painted(shape), painted({ ...shape, box: everywhere }));
      }),
      { numRuns: 400, seed: 1 },
    ));
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
