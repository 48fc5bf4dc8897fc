import * as assert from "uvu/assert";
import { augmentationRows, shows } from "../../tools/generate-augmentation-rows.js";
import { suite } from "../support/suite.js";

suite("the pictures of docs/augmentation.md", (test) => {
  test("show what the augmentations do today (npm run gen)", async () => {
    for (const [path, image] of augmentationRows()) {
      assert.ok(await shows(path, image), `${path} is stale: npm run gen`);
    }
  });

  test("a picture with one other byte is told", async () => {
    const [[path, image]] = augmentationRows() as unknown as readonly [
      readonly [string, { width: number; height: number; pixels: Uint8Array }],
    ];
    const pixels = image.pixels.slice();
    pixels[1000] = (pixels[1000] as number) ^ 1;
    assert.not.ok(await shows(path, { ...image, pixels }));
  });
});
