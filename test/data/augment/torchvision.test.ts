import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import * as assert from "uvu/assert";
import { type Border, black } from "../../../src/data/augment/border.js";
import { type JitterKind, jittered } from "../../../src/data/augment/color-jitter.js";
import { greyed } from "../../../src/data/augment/grey.js";
import { mixImages, mixRows, pasteAround } from "../../../src/data/augment/mixing.js";
import { moved } from "../../../src/data/augment/random-affine.js";
import { resizeTo } from "../../../src/data/augment/resize-to.js";
import { rotated } from "../../../src/data/augment/rotation.js";
import { windowOf } from "../../../src/data/augment/window.js";
import type { RgbImage } from "../../../src/data/rgb-image.js";
import { randomStream } from "../../../src/random/stream.js";
import { suite } from "../../support/suite.js";
import { formulaPicture } from "../formula-picture.js";

interface Reference {
  readonly colour: readonly number[];
  readonly cases: readonly Case[];
  readonly hues: Readonly<Record<string, string>>;
  readonly mixes: readonly {
    readonly what: "mixup" | "cut_mix";
    readonly value: readonly number[];
    readonly pixels: readonly (readonly number[])[];
    readonly targets: readonly (readonly number[])[];
  }[];
}

interface Case {
  readonly what: "moved" | "rotated" | "jittered" | "greyed" | "resized" | "window";
  readonly of: "colour" | "grey";
  readonly size: readonly [number, number];
  readonly value: unknown;
  readonly to: readonly [number, number];
  /** The first 16 digits of the digest; or the pixels themselves in base64. */
  readonly sha256?: string;
  readonly pixels?: string;
}

const reference = JSON.parse(readFileSync(new URL("../pil/torchvision.json", import.meta.url), "utf8")) as Reference;

const borders: Readonly<Record<string, Border>> = {
  black,
  colour: { kind: "colour", colour: reference.colour },
  edge: { kind: "edge" },
  reflect: { kind: "reflect" },
};

/** The red channel, three times. */
const spread = ({ width, height, pixels }: RgbImage): RgbImage => ({
  width,
  height,
  pixels: pixels.map((_, at) => pixels[at - (at % 3)]!),
});

function ours({ what, of, size, value }: Case): RgbImage {
  const drawn = formulaPicture(...size);
  const image = of === "grey" ? spread(drawn) : drawn;
  switch (what) {
    case "moved": {
      const [degrees, shift, scale, border] = value as [number, [number, number], number, string];
      return moved(image, { degrees, shift, scale }, borders[border]!);
    }
    case "rotated": {
      const [degrees, border] = value as [number, string];
      return rotated(image, degrees, borders[border]!);
    }
    case "window": {
      const [left, top, width, height, border] = value as [number, number, number, number, string];
      return windowOf(image, { left, top, width, height }, borders[border]!);
    }
    case "jittered": {
      const chain = value as readonly [JitterKind, number][];
      return jittered(
        image,
        chain.map(([kind, by]) => ({ kind, by })),
      );
    }
    case "greyed":
      return greyed(image);
    case "resized":
      return resizeTo(value as number)(image, randomStream(0, ""));
  }
}

const digest = (pixels: Uint8Array): string => createHash("sha256").update(pixels).digest("hex");

suite("augmentations beside torchvision", (test) => {
  for (const what of ["moved", "rotated", "window", "jittered", "greyed", "resized"] as const) {
    test(`${what}: to the last bit`, () => {
      const cases = reference.cases.filter((each) => each.what === what && each.sha256 !== undefined);
      assert.ok(cases.length > 0);
      const wrong = cases.filter((each) => {
        const { width, height, pixels } = ours(each);
        return width !== each.to[0] || height !== each.to[1] || digest(pixels).slice(0, 16) !== each.sha256;
      });
      assert.equal(
        wrong.map(({ of, size, value }) => `${of} ${size.join("x")}: ${JSON.stringify(value)}`),
        [],
        `${wrong.length} of ${cases.length}`,
      );
    });
  }

  // On the padded picture the same positions have other last digits: where a value is an integer, the result may differ by one level.
  test("turned and moved with borders of the picture's own: to one level, and nearly all bytes to the last bit", () => {
    const cases = reference.cases.filter(({ pixels }) => pixels !== undefined);
    assert.ok(cases.length > 100);
    let [bytes, apart] = [0, 0];
    for (const each of cases) {
      const wanted = Buffer.from(each.pixels!, "base64");
      const made = ours(each).pixels;
      assert.is(made.length, wanted.length);
      const differences = Array.from(made, (byte, at) => Math.abs(byte - wanted[at]!));
      assert.ok(Math.max(...differences) <= 1, `${each.of} ${each.size.join("x")}: ${JSON.stringify(each.value)}`);
      bytes += made.length;
      apart += differences.filter((difference) => difference > 0).length;
    }
    assert.ok(apart < bytes / 200, `${apart} of ${bytes} bytes`);
  });

  test("hue: a hundred and forty thousand colours, to the last bit", () => {
    const steps = Array.from({ length: 52 }, (_, i) => i * 5);
    const pixels = Uint8Array.from(steps.flatMap((r) => steps.flatMap((g) => steps.flatMap((b) => [r, g, b]))));
    const wrong = Object.entries(reference.hues).filter(([by, sha256]) => {
      const made = jittered({ width: 52 * 52, height: 52, pixels }, [{ kind: "hue", by: Number(by) }]);
      return digest(made.pixels) !== sha256;
    });
    assert.equal(
      wrong.map(([by]) => by),
      [],
    );
  });

  for (const { what, value, pixels, targets } of reference.mixes) {
    test(`${what} of ${value.join(", ")}: pixels to half a grey level, targets as they are`, () => {
      const images = [0, 40, 80].map((shift) => {
        const image = formulaPicture(6, 5);
        return { ...image, pixels: image.pixels.map((byte) => byte + shift) };
      });
      const rows = Float32Array.of(1, 0, 0, 0, 0.25, 0.75, 0, 1, 0);
      const [share = 0, x = 0, y = 0] = value;
      const mix = what === "mixup" ? ({ kind: "blend", share } as const) : pasteAround(share, x, y, 6, 5);
      mixRows(rows, 3, [mix]);
      const apart = mixImages(images, [mix]).map((image, i) =>
        Math.max(...Array.from(image.pixels, (byte, at) => Math.abs(byte - pixels[i]![at]!))),
      );
      assert.ok(Math.max(...apart) <= (what === "mixup" ? 0.5 + 1e-6 : 0), apart.join(", "));
      for (const [at, wanted] of targets.flat().entries()) assert.ok(Math.abs(rows[at]! - wanted) < 1e-6);
    });
  }
});
