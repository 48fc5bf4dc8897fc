import { readFileSync } from "node:fs";
import sharp from "sharp";
import * as assert from "uvu/assert";
import { type Decode, loadDecoder, pixelLimit } from "../../src/data/decode.js";
import { seeThroughColour } from "../../src/data/gif-palette.js";
import { encodePng } from "../../src/data/png.js";
import type { RgbImage } from "../../src/data/rgb-image.js";
import { isProblem, type Problem } from "../../src/diagnostics/diagnostic.js";
import { suite } from "../support/suite.js";
import { formulaPicture } from "./formula-picture.js";
import { overstatedPng } from "./overstated-png.js";

interface Case {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly tolerance: number;
  readonly file: string;
  readonly pixels: string;
}

const { cases, foreign } = JSON.parse(readFileSync(new URL("./pil/pictures.json", import.meta.url), "utf8")) as {
  readonly cases: readonly Case[];
  readonly foreign: Readonly<Record<string, string>>;
};

const fileOf = (name: string): Buffer => {
  const found = cases.find((c) => c.name === name);
  assert.ok(found, `no picture "${name}"`);
  return Buffer.from(found.file, "base64");
};

async function decoder(): Promise<Decode> {
  const decode = await loadDecoder();
  if (isProblem(decode)) throw new Error(decode.diagnose({}).message);
  return decode;
}

async function decoded(bytes: Uint8Array): Promise<RgbImage> {
  const result = await (await decoder())(bytes, "picture");
  if (isProblem(result)) throw new Error(result.diagnose({}).message);
  return result;
}

async function refused(bytes: Uint8Array): Promise<ReturnType<Problem["diagnose"]>> {
  const result = await (await decoder())(bytes, "folder/picture");
  assert.ok(isProblem(result), "was decoded");
  return (result as Problem).diagnose({});
}

function furthest(a: Uint8Array, b: Uint8Array): number {
  assert.is(a.length, b.length);
  return a.reduce((far, value, i) => Math.max(far, Math.abs(value - b[i]!)), 0);
}

suite("decode", (test) => {
  for (const { name, width, height, tolerance, file, pixels } of cases) {
    test(`${name}: the pixels of Pillow's convert("RGB")`, async () => {
      const image = await decoded(Buffer.from(file, "base64"));
      assert.equal([image.width, image.height], [width, height]);
      const distance = furthest(image.pixels, Buffer.from(pixels, "base64"));
      assert.ok(distance <= tolerance, `differs by ${distance}`);
    });
  }

  test("takes RGB numbers as they stand, whatever profile the file embeds", async () => {
    const picture = formulaPicture(6, 5);
    const raw = { width: 6, height: 5, channels: 3 } as const;
    const file = await sharp(picture.pixels, { raw }).withIccProfile("p3").png().toBuffer();
    assert.ok((await sharp(file).metadata()).icc, "the file has no profile");
    const withoutProfile = await sharp(file, { ignoreIcc: true }).raw().toBuffer();
    assert.equal((await decoded(file)).pixels, new Uint8Array(withoutProfile));
    assert.ok(furthest(withoutProfile, await sharp(file).raw().toBuffer()) > 5, "the profile changes nothing");
  });

  test("drops what is see-through and lays it over nothing: the numbers behind alpha 0 are the picture's", async () => {
    const colour = [200, 30, 90, 0];
    const pixels = Uint8Array.from({ length: 9 * 4 }, (_, i) => colour[i % 4]!);
    const file = await sharp(pixels, { raw: { width: 3, height: 3, channels: 4 } })
      .png()
      .toBuffer();
    assert.equal([...(await decoded(file)).pixels.subarray(0, 3)], colour.slice(0, 3));
  });

  test("a GIF that ends anywhere has no colour, and a palette that is too short none either", () => {
    const file = fileOf("gif with a see-through colour");
    const colour = seeThroughColour(file);
    assert.ok(colour);
    for (let length = 0; length < file.length; length++) {
      const found = seeThroughColour(file.subarray(0, length));
      if (found !== undefined) assert.equal(found, colour);
    }
    const short = Buffer.from(file);
    short[10] = 0x80;
    assert.is(seeThroughColour(short), undefined);
    assert.is(seeThroughColour(fileOf("gif")), undefined);
  });

  test("refuses what is no picture, each in its own words", async () => {
    assert.is((await refused(new Uint8Array())).code, "data/empty-picture");
    assert.is((await refused(Buffer.from("just text, nothing to see"))).code, "data/not-a-picture");
    assert.is((await refused(Buffer.from("\0\x01\x02"))).code, "data/not-a-picture");
    const svg = await refused(
      Buffer.from('<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'),
    );
    assert.is(svg.code, "data/unsupported-picture");
    assert.match(svg.message, "folder/picture is SVG");
    for (const [format, file] of Object.entries(foreign)) {
      const found = await refused(Buffer.from(file, "base64"));
      assert.is(found.code, "data/unsupported-picture");
      assert.match(found.message, `folder/picture is ${format}, which lferc does not read`);
    }
  });

  test("refuses a picture that claims more pixels than fit, from its header", async () => {
    const found = await refused(overstatedPng(encodePng(formulaPicture(4, 4)), 60_000, 50_000));
    assert.is(found.code, "data/too-many-pixels");
    assert.match(found.message, "60000x50000 pixels (3000 megapixels); the limit is 100 megapixels");
    assert.is(pixelLimit, 100_000_000);
  });

  for (const name of ["png", "jpeg", "jpeg progressive", "webp lossless", "gif", "tiff", "png of 16 bits, rgb"]) {
    test(`${name}: cut off anywhere, it is refused or still whole`, async () => {
      const file = fileOf(name);
      const whole = await decoded(file);
      const decode = await decoder();
      let refusals = 0;
      for (let length = 1; length < file.length; length += 1 + Math.floor(file.length / 60)) {
        const result = await decode(file.subarray(0, length), "cut");
        if (isProblem(result)) refusals++;
        else assert.equal(result.pixels, whole.pixels, `cut to ${length} of ${file.length} bytes`);
      }
      assert.ok(refusals > 30, `only ${refusals} refusals`);
    });
  }

  test("names the file and its format when the data in it is broken", async () => {
    const file = Buffer.from(encodePng(formulaPicture(64, 64)));
    file.fill(0x55, file.length >> 1, (file.length >> 1) + 40);
    const found = await refused(file);
    assert.is(found.code, "data/corrupt-picture");
    assert.is(found.message, "folder/picture is a damaged PNG file: its picture data are broken or end early");
    const header = await refused(file.subarray(0, 20));
    assert.is(header.message, "folder/picture is a damaged PNG file: its header cannot be read");
  });

  test("never throws, whatever the bytes", async () => {
    const decode = await decoder();
    for (const { file } of cases) {
      const bytes = Buffer.from(file, "base64");
      for (let round = 0; round < 6; round++) {
        const broken = Buffer.from(bytes);
        for (let flips = 0; flips < 5; flips++) {
          const at = (round * 7919 + flips * 104_729) % broken.length;
          broken[at] = broken[at]! ^ (1 + ((round * 31 + flips * 17) % 255));
        }
        const result = await decode(broken, "broken");
        if (!isProblem(result)) assert.is(result.pixels.length, result.width * result.height * 3);
      }
    }
  });

  test("says what to install when sharp is not there", async () => {
    const missing = await loadDecoder(() => Promise.reject(new Error("Cannot find package 'sharp'\nmore")));
    assert.ok(isProblem(missing));
    const found = (missing as Problem).diagnose({});
    assert.is(found.code, "data/no-decoder");
    assert.match(found.message, "(Cannot find package 'sharp')");
    assert.match(found.help, "npm install sharp");
  });
});
