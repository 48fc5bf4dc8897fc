/** Picture file formats; sharp's binaries read the `decodable` ones. */
export interface PictureFormat {
  readonly name: string;
  readonly decodable: boolean;
}

const decodable = (name: string): PictureFormat => ({ name, decodable: true });
const foreign = (name: string): PictureFormat => ({ name, decodable: false });

const latin1 = (bytes: Uint8Array, from: number, to: number): string =>
  Buffer.from(bytes.subarray(from, to)).toString("latin1");

/**
 * The format by a file's first bytes, independent of its name; undefined for no known picture. Only formats listed here as
 * decodable are passed to decoders: SVG, which can refer to other files, is not among them.
 */
export function pictureFormat(bytes: Uint8Array): PictureFormat | undefined {
  const start = latin1(bytes, 0, 12);
  if (start.startsWith("\xff\xd8\xff")) return decodable("JPEG");
  if (start.startsWith("\x89PNG\r\n\x1a\n")) return decodable("PNG");
  if (start.startsWith("GIF87a") || start.startsWith("GIF89a")) return decodable("GIF");
  if (start.startsWith("RIFF") && start.slice(8, 12) === "WEBP") return decodable("WebP");
  if (/^(II[*+]\0|MM\0[*+])/.test(start)) return decodable("TIFF");
  if (start.slice(4, 8) === "ftyp") return isoMediaFormat(start.slice(8, 12));
  if (/^BM.{4}\0\0\0\0/s.test(start)) return foreign("BMP");
  if (/^P[1-7]\s/.test(start)) return foreign("PNM");
  if (start.startsWith("8BPS")) return foreign("Photoshop");
  if (start.startsWith("\0\0\x01\0")) return foreign("ICO");
  if (start.startsWith("\xff\x0a") || start === "\0\0\0\x0cJXL \r\n\x87\n") return foreign("JPEG XL");
  if (start === "\0\0\0\x0cjP  \r\n\x87\n") return foreign("JPEG 2000");
  if (start.startsWith("%PDF")) return foreign("PDF");
  if (/^\s*(<\?xml[\s\S]*)?<(!DOCTYPE )?svg/i.test(latin1(bytes, 0, 1024))) return foreign("SVG");
  return undefined;
}

function isoMediaFormat(brand: string): PictureFormat | undefined {
  if (brand === "avif" || brand === "avis") return decodable("AVIF");
  // The general brands contain AV1 or HEVC; only the decoder can tell.
  if (brand === "mif1" || brand === "msf1") return decodable("HEIF");
  if (/^he(ic|ix|im|is|vc|vx)$/.test(brand)) return foreign("HEIC");
  return undefined;
}
