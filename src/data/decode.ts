import type { Metadata, Sharp, SharpOptions } from "sharp";
import { type Problem, problem } from "../diagnostics/diagnostic.js";
import { seeThroughColour } from "./gif-palette.js";
import { pictureFormat } from "./picture-format.js";
import type { RgbImage } from "./rgb-image.js";

/** More pixels than this are refused before any is decoded: 100 megapixels, 300 MB as RGB bytes. */
export const pixelLimit = 100_000_000;

/** Turns the bytes of a picture file into pixels; `path` is only for what it says when it cannot. */
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

/** The decoder, or that its library is not there. sharp is an optional dependency and is loaded here and nowhere else. */
export async function loadDecoder(
  importSharp: () => Promise<{ readonly default: OpenSharp }> = () => import("sharp"),
): Promise<Decode | Problem> {
  try {
    const { default: sharp } = await importSharp();
    // Pictures are decoded several at a time, each by one thread; no file is decoded twice in a row, so nothing is kept.
    sharp.concurrency?.(1);
    sharp.cache?.(false);
    return (bytes, path) => decodeWith(sharp, bytes, path);
  } catch (error) {
    return problem("data/no-decoder", { reason: firstLine(error) });
  }
}

/**
 * The picture as `Image.open(file).convert("RGB")` of Pillow reads it, which is how torchvision opens pictures and so what
 * networks have learnt from: transparency is dropped, not laid over a ground; palettes and greys become RGB; CMYK goes by
 * Pillow's arithmetic; an embedded ICC profile is not applied. Two things are otherwise: EXIF orientation is applied (a face
 * lies on its side without it), and of 16 bits the upper eight are taken in greys too, where Pillow makes white of all above 255.
 * Of several frames the first is meant.
 */
async function decodeWith(sharp: OpenSharp, bytes: Uint8Array, path: string): Promise<RgbImage | Problem> {
  if (bytes.length === 0) return problem("data/empty-picture", { path });
  const format = pictureFormat(bytes);
  if (format === undefined) return problem("data/not-a-picture", { path });
  if (!format.decodable) return problem("data/unsupported-picture", { path, format: format.name });

  // "warning" is the strictest there is: a picture that ends early or holds broken data is refused, never half grey.
  const strict = { failOn: "warning" } as const;
  // libvips keeps one list of errors for all decoders at work, so its words may be about another file: they are not passed on.
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

/** Cyan, magenta, yellow and black as RGB, by Pillow's whole numbers (its `src/libImaging/Convert.c`): each takes off its share of what black leaves. */
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

/** RGBA samples as RGB, with `hole` where nothing is to be seen. */
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
