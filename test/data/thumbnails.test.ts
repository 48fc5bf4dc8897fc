import { join } from "node:path";
import sharp from "sharp";
import * as assert from "uvu/assert";
import { loadDecoder } from "../../src/data/decode.js";
import { encodePng } from "../../src/data/png.js";
import { drawnFaces, picturesBelow, thumbnailsOf } from "../../src/data/thumbnails.js";
import { isProblem } from "../../src/diagnostics/diagnostic.js";
import { inFolder } from "../support/lferc.js";
import { suite } from "../support/suite.js";
import { formulaPicture } from "./formula-picture.js";

const decoder = async () => {
  const decode = await loadDecoder();
  if (isProblem(decode)) throw new Error("no decoder");
  return decode;
};

const sizeOf = async (uri: string | undefined): Promise<readonly [number | undefined, number | undefined]> => {
  const { width, height } = await sharp(Buffer.from(uri?.split(",")[1] ?? "", "base64")).metadata();
  return [width, height];
};

suite("small pictures for a page", (test) => {
  test("a picture below the folder is made small, a small one is left; what cannot be read is missing", () =>
    inFolder(
      {
        "faces/a/large.png": encodePng(formulaPicture(200, 100)),
        "faces/a/small.png": encodePng(formulaPicture(8, 9)),
        "faces/a/broken.png": "no picture",
      },
      async (cwd) => {
        const find = picturesBelow(join(cwd, "faces"), await decoder());
        const found = await thumbnailsOf(["a/large.png", "a/small.png", "a/broken.png", "a/gone.png", "a", ""], find);
        assert.equal([...found.keys()], ["a/large.png", "a/small.png"]);
        assert.equal(await sizeOf(found.get("a/large.png")), [96, 48]);
        assert.equal(await sizeOf(found.get("a/small.png")), [8, 9]);
      },
    ));

  // A run's folder may come from someone else; a shared page must not contain the user's own pictures.
  test("a name that leads out of the folder finds nothing, though a picture is there", () =>
    inFolder(
      { "faces/a.png": encodePng(formulaPicture(8, 8)), "faces-2/b.png": encodePng(formulaPicture(8, 8)) },
      async (cwd) => {
        const find = picturesBelow(join(cwd, "faces"), await decoder());
        assert.ok(await find("a.png"));
        for (const key of [
          "../faces-2/b.png",
          join(cwd, "faces-2/b.png"),
          "x/../../faces-2/b.png",
          "../faces/../faces-2/b.png",
          "a.png\0",
          ".",
        ])
          assert.is(await find(key), undefined, key);
      },
    ));

  test("there are as many as a page has room for", async () => {
    // Incompressible data: xorshift's bytes.
    let state = 1;
    const byte = (): number => {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      return (state >>> 8) & 255;
    };
    const noise = () => ({ width: 96, height: 96, pixels: Uint8Array.from({ length: 96 * 96 * 3 }, byte) });
    const keys = Array.from({ length: 60 }, (_, i) => `${i}`);
    const found = await thumbnailsOf(keys, async () => noise());
    const bytes = [...found.values()].reduce((sum, { length }) => sum + length, 0);
    assert.ok(found.size > 20 && found.size < 60 && bytes <= 1_200_000, `${found.size} with ${bytes} bytes`);
  });

  test("drawn faces are drawn again by their names", async () => {
    assert.is((await drawnFaces("happiness/3"))?.width, 96);
    for (const key of ["happiness/x", "cat/3", "happiness", "__proto__/1"])
      assert.is(await drawnFaces(key), undefined, key);
  });
});
