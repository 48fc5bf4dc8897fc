/** A picture as bytes: sRGB, red green blue interleaved, rows from the top; `pixels.length` is `width * height * 3`. */
export interface RgbImage {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
}
