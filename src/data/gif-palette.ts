/** The colour of a GIF's transparent pixels: libvips drops it, Pillow uses the palette entry. */

type Colour = readonly [red: number, green: number, blue: number];

const [extension, graphicControl, picture] = [0x21, 0xf9, 0x2c];

/** For the first frame; undefined if it has no transparent colour, or the file ends earlier. */
export function seeThroughColour(bytes: Uint8Array): Colour | undefined {
  const flags = bytes[10] ?? 0;
  const global = paletteBytes(flags);
  let at = 13 + global;
  let entry: number | undefined;
  while (at < bytes.length) {
    const kind = bytes[at];
    if (kind === picture) {
      const own = paletteBytes(bytes[at + 9] ?? 0);
      const [from, length] = own > 0 ? [at + 10, own] : [13, global];
      if (entry === undefined || entry * 3 + 2 >= length) return undefined;
      const [red, green, blue] = bytes.subarray(from + entry * 3);
      return red === undefined || green === undefined || blue === undefined ? undefined : [red, green, blue];
    }
    if (kind !== extension) return undefined;
    if (bytes[at + 1] === graphicControl && ((bytes[at + 3] ?? 0) & 1) === 1) entry = bytes[at + 6];
    // Blocks of an extension, each with its length; one of length 0 ends it.
    at += 2;
    while ((bytes[at] ?? 0) > 0) at += 1 + (bytes[at] as number);
    at++;
  }
  return undefined;
}

/** Size of the palette that these flags declare. */
const paletteBytes = (flags: number): number => (flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0);
