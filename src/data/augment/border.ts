/** What comes in from beyond a picture's edge, where a change moves the edge into it. */

/**
 * A colour; or the picture's own: `edge` its outermost pixels drawn out, `reflect` the picture mirrored in its outermost
 * pixels, which do not come twice (torchvision's and NumPy's padding modes of these names).
 */
export type Border =
  | { readonly kind: "colour"; readonly colour: readonly number[] }
  | { readonly kind: "edge" }
  | { readonly kind: "reflect" };

export const black: Border = { kind: "colour", colour: [0, 0, 0] };

/** The place inside 0..`size` - 1 whose pixel is seen at `at`; `at` itself where it is inside. */
export function placeInside(at: number, size: number, reflects: boolean): number {
  if (at >= 0 && at < size) return at;
  if (!reflects || size === 1) return at < 0 ? 0 : size - 1;
  const period = 2 * (size - 1);
  const from = ((at % period) + period) % period;
  return from < size ? from : period - from;
}
