import type { Metadata, Sharp, SharpOptions } from "sharp";
import { type Problem, problem } from "../diagnostics/diagnostic.js";
import { pictureFormat } from "./picture-format.js";
import type { RgbImage } from "./rgb-image.js";

/** More pixels than this are refused before any is decoded: 100 megapixels, 300 MB as RGB bytes. */
export const pixelLimit = 100_000_000;

/** Turns the bytes of a picture file into pixels; `path` is only for what it says when it cannot. */
export type Decode = (bytes: Uint8Array, path: string) => Promise<RgbImage | Problem>;

type OpenSharp = (input: Uint8Array, options: SharpOptions) => Sharp;

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
    return (bytes, path) => decodeWith(sharp, bytes, path);
  } catch (error) {
    return problem("data/no-decoder", { reason: firstLine(error) });
  }
}

/**
 * The picture as it should be seen: EXIF orientation applied, first frame of several, palettes and grey spread to RGB,
 * transparency laid over white, 16 bits rounded to 8. RGB numbers are taken as sRGB as they stand in the file: an embedded
 * ICC profile is not applied, as in Pillow and torchvision, so that a network sees here what it saw in training. CMYK has no
 * RGB numbers to stand by: there the embedded profile, or else libvips' own, is used.
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
    const { data, info } = await sharp(bytes, {
      ...strict,
      limitInputPixels: pixelLimit,
      ignoreIcc: header.space !== "cmyk",
    })
      .autoOrient()
      .toColourspace(sampleBits === 16 ? "rgb16" : "srgb")
      .ensureAlpha()
      .raw({ depth: sampleBits === 16 ? "ushort" : "uchar" })
      .toBuffer({ resolveWithObject: true });
    if (info.channels !== 4) {
      return problem("data/unsupported-picture", { path, format: `${format.name} in colour space ${header.space}` });
    }
    const samples =
      sampleBits === 16 ? new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2) : new Uint8Array(data);
    return { width: info.width, height: info.height, pixels: overWhite(samples, 2 ** sampleBits - 1) };
  } catch {
    return problem("data/corrupt-picture", { path, format: format.name, reason: damage });
  }
}

function bitsOf(header: Metadata): 8 | 16 | undefined {
  if (header.depth === "uchar") return 8;
  if (header.depth === "ushort") return 16;
  return undefined;
}

/** RGBA samples in 0..`full` over white, as bytes; rounded once. */
function overWhite(samples: Uint8Array | Uint16Array, full: number): Uint8Array {
  const count = samples.length / 4;
  const pixels = new Uint8Array(count * 3);
  for (let pixel = 0; pixel < count; pixel++) {
    const alpha = samples[pixel * 4 + 3] as number;
    for (let channel = 0; channel < 3; channel++) {
      const sample = samples[pixel * 4 + channel] as number;
      const seen = alpha === full ? sample : (sample * alpha + full * (full - alpha)) / full;
      pixels[pixel * 3 + channel] = full === 255 ? Math.round(seen) : Math.round((seen * 255) / full);
    }
  }
  return pixels;
}
