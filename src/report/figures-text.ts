/** Numbers formatted for people. */

/** `85.9%`. */
export const percentText = (share: number): string => `${(share * 100).toFixed(1)}%`;

/** The same, or a dash if there is no share. */
export const percentOrDash = (share: number | undefined): string => (share === undefined ? "–" : percentText(share));

/** `84.2 – 87.4%`. */
export const rangeText = ({ low, high }: { readonly low: number; readonly high: number }): string =>
  `${(low * 100).toFixed(1)} – ${(high * 100).toFixed(1)}%`;
