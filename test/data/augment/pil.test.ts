import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import * as assert from "uvu/assert";
import { black } from "../../../src/data/augment/border.js";
import { jittered } from "../../../src/data/augment/color-jitter.js";
import { mirrored } from "../../../src/data/augment/horizontal-flip.js";
import { rotated } from "../../../src/data/augment/rotation.js";
import { windowOf } from "../../../src/data/augment/window.js";
import type { RgbImage } from "../../../src/data/rgb-image.js";
import { suite } from "../../support/suite.js";
import { formulaPicture } from "../formula-picture.js";

interface Case {
  readonly what: "mirrored" | "rotated" | "brightened" | "contrasted" | "saturated" | "shifted";
  readonly size: readonly [number, number];
  readonly value: number | readonly [number, number] | null;
  readonly sha256: string;
}

const reference = JSON.parse(readFileSync(new URL("../pil/augmentations.json", import.meta.url), "utf8")) as {
  readonly pillow: string;
  readonly cases: readonly Case[];
};

const ours = (image: RgbImage, { what, value }: Case): RgbImage => {
  if (what === "mirrored") return mirrored(image);
  if (what === "shifted") {
    const [right, down] = value as [number, number];
    return windowOf(image, { ...image, left: -right, top: -down }, black);
  }
  const by = value as number;
  if (what === "rotated") return rotated(image, by, black);
  const kind = ({ brightened: "brightness", contrasted: "contrast", saturated: "saturation" } as const)[what];
  return jittered(image, [{ kind, by }]);
};

suite("augmentations beside Pillow", (test) => {
  for (const what of ["mirrored", "rotated", "brightened", "contrasted", "saturated", "shifted"] as const) {
    test(`${what}: to the last bit`, () => {
      const cases = reference.cases.filter((each) => each.what === what);
      assert.ok(cases.length > 0);
      const wrong = cases.filter((each) => {
        const { pixels } = ours(formulaPicture(...each.size), each);
        return createHash("sha256").update(pixels).digest("hex") !== each.sha256;
      });
      assert.equal(
        wrong.map(({ size, value }) => `${size.join("x")}: ${value}`),
        [],
      );
    });
  }
});
