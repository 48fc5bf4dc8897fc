import type { Metadata, Sharp, SharpOptions } from "sharp";
import { type Problem, problem } from "../diagnostics/diagnostic.js";
import { seeThroughColour } from "./gif-palette.js";
import { pictureFormat } from "./picture-format.js";
import type { RgbImage } from "./rgb-image.js";

/** Larger pictures are rejected before decoding: 100 megapixels, 300 MB as RGB bytes. */
export const pixelLimit = 100_000_000;

/** Decodes the bytes of a picture file; `path` is used only in messages. */
export type Decode = (bytes: Uint8Array, path: string) => Promise<RgbImage | Problem>;

interface OpenSharp {
  (input: Uint8Array, options: SharpOptions): Sharp;
  cache?(isKept: boolean): unknown;
  concurrency?(threads: number): unknown;
}

const firstLine = (error: unknown): string => {
  const lines = (error instanceof Error ? error.message : String(error)).split("\n").map((line) => line.trim());
  return (lines.find((line) => line !== "") ?? "unknown").replace(/\.$/, "");
};

/** The decoder, or a problem if its library is missing. sharp is an optional dependency and is loaded only here. */
export async function loadDecoder(
  importSharp: () => Promise<{ readonly default: OpenSharp }> = () => import("sharp"),
): Promise<Decode | Problem> {
  try {
    const { default: sharp } = await importSharp();
    // Several pictures are decoded at a time, each by one thread. No file is decoded twice in a row, so there is no cache.
    sharp.concurrency?.(1);
    sharp.cache?.(false);
    return (bytes, path) => decodeWith(sharp, bytes, path);
  } catch (error) {
    return problem("data/no-decoder", { reason: firstLine(error) });
  }
}

/**
 * Decodes a picture like Pillow's `Image.open(file).convert("RGB")`, which torchvision uses, so networks were trained on such
 * pixels: transparency is dropped without a background; palettes and greys become RGB; CMYK is converted by Pillow's formula;
 * an embedded ICC profile is ignored. There are two differences: EXIF orientation is applied (otherwise a face may lie on its
 * side), and 16-bit greys use the upper eight bits, where Pillow makes everything above 255 white. Of several frames the first
 * is used.
 */
async function decodeWith(sharp: OpenSharp, bytes: Uint8Array, path: string): Promise<RgbImage | Problem> {
  if (bytes.length === 0) return problem("data/empty-picture", { path });
  const format = pictureFormat(bytes);
  if (format === undefined) return problem("data/not-a-picture", { path });
  if (!format.decodable) return problem("data/unsupported-picture", { path, format: format.name });

  // "warning" is the strictest setting: a truncated or damaged picture is rejected, never half grey.
  const strict = { failOn: "warning" } as const;
  // libvips has one list of errors for all concurrent decoders, so its text may be about another file and is not shown.
  let damage = "its header cannot be read";
  try {
    const header = await sharp(bytes, { ...strict, limitInputPixels: false }).metadata();
    damage = "its picture data are broken or end early";
    const { width, height } = header;
    if (width * height > pixelLimit) {
      return problem("data/too-many-pixels", { path, width, height, limit: pixelLimit });
    }
    const sampleBits = bitsOf(header);
    if (sampleBits === undefined) {
      return problem("data/unsupported-picture", { path, format: `${format.name} with ${header.depth} samples` });
    }
    const opened = sharp(bytes, { ...strict, limitInputPixels: pixelLimit, ignoreIcc: true }).autoOrient();
    const isInk = header.space === "cmyk";
    const hole = format.name === "GIF" && header.hasAlpha ? seeThroughColour(bytes) : undefined;
    const wanted = isInk
      ? opened.pipelineColourspace("cmyk").toColourspace("cmyk")
      : opened.toColourspace(sampleBits === 16 ? "rgb16" : "srgb");
    const { data, info } = await (hole === undefined ? wanted.removeAlpha() : wanted.ensureAlpha())
      .raw({ depth: sampleBits === 16 ? "ushort" : "uchar" })
      .toBuffer({ resolveWithObject: true });
    if (info.channels !== (isInk || hole !== undefined ? 4 : 3)) {
      return problem("data/unsupported-picture", { path, format: `${format.name} in colour space ${header.space}` });
    }
    const samples =
      sampleBits === 16 ? upperBytes(data) : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    const pixels = isInk ? inkToRgb(samples) : hole === undefined ? samples : filled(samples, hole);
    return { width: info.width, height: info.height, pixels };
  } catch {
    return problem("data/corrupt-picture", { path, format: format.name, reason: damage });
  }
}

function bitsOf(header: Metadata): 8 | 16 | undefined {
  if (header.depth === "uchar") return 8;
  if (header.depth === "ushort") return 16;
  return undefined;
}

function upperBytes(data: Uint8Array): Uint8Array {
  const samples = new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2);
  return Uint8Array.from(samples, (sample) => sample >> 8);
}

/** Cyan, magenta, yellow and black as RGB, with Pillow's integer arithmetic (its `src/libImaging/Convert.c`). */
function inkToRgb(samples: Uint8Array): Uint8Array {
  const count = samples.length / 4;
  const pixels = new Uint8Array(count * 3);
  for (let pixel = 0; pixel < count; pixel++) {
    const left = 255 - (samples[pixel * 4 + 3] as number);
    for (let channel = 0; channel < 3; channel++) {
      const product = (samples[pixel * 4 + channel] as number) * left + 128;
      pixels[pixel * 3 + channel] = left - (((product >> 8) + product) >> 8);
    }
  }
  return pixels;
}

/** RGBA samples as RGB, with `hole` where alpha is 0. */
function filled(samples: Uint8Array, hole: readonly [number, number, number]): Uint8Array {
  const count = samples.length / 4;
  const pixels = new Uint8Array(count * 3);
  for (let pixel = 0; pixel < count; pixel++) {
    const isHole = samples[pixel * 4 + 3] === 0;
    for (let channel = 0; channel < 3; channel++) {
      pixels[pixel * 3 + channel] = (isHole ? hole[channel] : samples[pixel * 4 + channel]) as number;
    }
  }
  return pixels;
}
