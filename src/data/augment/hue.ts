/**
 * The bytes of a picture, mapped by a table, with the hue rotated by a share of the circle. Pillow's conversion to 8-bit HSV
 * and back (the formulas of Python's `colorsys`, in float32, hue and saturation truncated to bytes), as torchvision's
 * `adjust_hue` uses it.
 */
export function shiftHue(pixels: Uint8Array, table: Uint8Array, share: number): Uint8Array {
  const shift = Math.trunc(share * 255);
  const made = new Uint8Array(pixels.length);
  for (let at = 0; at < pixels.length; at += 3) {
    const red = table[pixels[at] as number] as number;
    const green = table[pixels[at + 1] as number] as number;
    const blue = table[pixels[at + 2] as number] as number;
    const largest = Math.max(red, green, blue);
    const range = largest - Math.min(red, green, blue);
    const saturation = range === 0 ? 0 : Math.fround(range / largest) * 255;
    if (saturation < 1) {
      made[at] = largest;
      made[at + 1] = largest;
      made[at + 2] = largest;
      continue;
    }
    const hue = (hueOf(red, green, blue, largest, range) + shift) & 255;
    const sixth = (Math.fround(hue) * 6.0) / 255;
    const sector = Math.floor(sixth);
    const rest = Math.fround(sixth - sector);
    const strength = Math.fround(Math.floor(saturation) / 255);
    const low = rounded(largest * (1 - strength));
    const falling = rounded(largest * (1 - Math.fround(strength * rest)));
    const rising = rounded(largest * (1 - strength * (1 - rest)));
    const order = sector % 6;
    made[at] = order === 0 || order === 5 ? largest : order === 1 ? falling : order === 4 ? rising : low;
    made[at + 1] = order === 1 || order === 2 ? largest : order === 3 ? falling : order === 0 ? rising : low;
    made[at + 2] = order === 3 || order === 4 ? largest : order === 5 ? falling : order === 2 ? rising : low;
  }
  return made;
}

/** 0..255 around the circle: the largest channel selects the third, the two others the position in it. */
function hueOf(red: number, green: number, blue: number, largest: number, range: number): number {
  const fromRed = Math.fround((largest - red) / range);
  const fromGreen = Math.fround((largest - green) / range);
  const fromBlue = Math.fround((largest - blue) / range);
  const sixth =
    red === largest
      ? Math.fround(fromBlue - fromGreen)
      : green === largest
        ? Math.fround(2 + fromRed - fromBlue)
        : Math.fround(4 + fromGreen - fromRed);
  const turned = Math.fround((sixth / 6 + 1) % 1);
  return Math.trunc(turned * 255);
}

/** C's `round`, for non-negative numbers. */
const rounded = (value: number): number => Math.floor(value + 0.5);
