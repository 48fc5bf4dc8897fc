import { constants, crc32, deflateSync } from "node:zlib";
import type { RgbImage } from "./rgb-image.js";

const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
const bitsPerSample = 8;
const rgbColourType = 2;

/** Length, type, data, and a CRC over type and data (PNG specification, 5.3). */
function chunk(type: string, data: Uint8Array): Uint8Array {
  const bytes = Buffer.alloc(12 + data.length);
  bytes.writeUInt32BE(data.length, 0);
  bytes.write(type, 4, "latin1");
  bytes.set(data, 8);
  bytes.writeUInt32BE(crc32(bytes.subarray(4, 8 + data.length)), 8 + data.length);
  return bytes;
}

/** Each sample is stored as its difference from the one to its left (PNG specification, 9.2, type 1). */
const subFilter = 1;

/**
 * The picture as a PNG file, 8-bit RGB: the same bytes on every machine. How zlib searches for longer matches differs between
 * its builds (Node's depends on the processor); runs of one byte are found in only one way.
 */
export function encodePng(image: RgbImage): Uint8Array {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(image.width, 0);
  header.writeUInt32BE(image.height, 4);
  header.set([bitsPerSample, rgbColourType, 0, 0, 0], 8);
  const rowBytes = image.width * 3;
  const rows = new Uint8Array((rowBytes + 1) * image.height);
  for (let y = 0; y < image.height; y++) {
    const row = image.pixels.subarray(y * rowBytes, (y + 1) * rowBytes);
    const at = y * (rowBytes + 1) + 1;
    rows[at - 1] = subFilter;
    rows.set(row.subarray(0, 3), at);
    for (let i = 3; i < rowBytes; i++) rows[at + i] = (row[i] as number) - (row[i - 3] as number);
  }
  return Buffer.concat([
    signature,
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(rows, { strategy: constants.Z_RLE })),
    chunk("IEND", new Uint8Array()),
  ]);
}
