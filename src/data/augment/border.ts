/** Fills pixels beyond a picture's edge, if an augmentation moves the edge inwards. */

/**
 * A colour, or the picture's own pixels: `edge` repeats the outermost ones, `reflect` mirrors the picture without repeating
 * them (torchvision's and NumPy's padding modes of these names).
 */
export type Border =
  | { readonly kind: "colour"; readonly colour: readonly number[] }
  | { readonly kind: "edge" }
  | { readonly kind: "reflect" };

export const black: Border = { kind: "colour", colour: [0, 0, 0] };

/** The index inside 0..`size` - 1 whose pixel is used at `at`; `at` itself if it is inside. */
export function placeInside(at: number, size: number, reflects: boolean): number {
  if (at >= 0 && at < size) return at;
  if (!reflects || size === 1) return at < 0 ? 0 : size - 1;
  const period = 2 * (size - 1);
  const from = ((at % period) + period) % period;
  return from < size ? from : period - from;
}
