import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import * as assert from "uvu/assert";
import { resizeBilinear } from "../../src/data/resize-picture.js";
import { suite } from "../support/suite.js";
import { formulaPicture } from "./formula-picture.js";

interface Case {
  readonly from: readonly [number, number];
  readonly to: readonly [number, number];
  readonly sha256: string;
  readonly pixels?: string;
}

const { cases } = JSON.parse(readFileSync(new URL("./pil/resize.json", import.meta.url), "utf8")) as { cases: Case[] };

suite("resize", (test) => {
  for (const { from, to, sha256, pixels } of cases) {
    test(`${from.join("x")} to ${to.join("x")} is Pillow's, byte for byte`, () => {
      const resized = resizeBilinear(formulaPicture(...from), ...to);
      assert.equal([resized.width, resized.height], to);
      if (pixels !== undefined) assert.equal([...resized.pixels], [...Buffer.from(pixels, "base64")]);
      assert.is(createHash("sha256").update(resized.pixels).digest("hex"), sha256);
    });
  }

  test("leaves its input alone", () => {
    const picture = formulaPicture(9, 9);
    const before = picture.pixels.slice();
    resizeBilinear(picture, 4, 4);
    assert.equal(picture.pixels, before);
  });

  test("keeps a flat picture flat at any size", () => {
    for (const value of [0, 1, 127, 254, 255]) {
      const flat = { width: 37, height: 21, pixels: new Uint8Array(37 * 21 * 3).fill(value) };
      for (const size of [1, 5, 64]) {
        assert.ok(resizeBilinear(flat, size, size).pixels.every((byte) => byte === value));
      }
    }
  });
});
