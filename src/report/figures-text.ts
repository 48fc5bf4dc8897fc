/** Figures as people read them. */

/** `85.9%`. */
export const percentText = (share: number): string => `${(share * 100).toFixed(1)}%`;

/** The same where there may be nothing to take a share of. */
export const percentOrDash = (share: number | undefined): string => (share === undefined ? "–" : percentText(share));

/** `84.2 – 87.4%`. */
export const rangeText = ({ low, high }: { readonly low: number; readonly high: number }): string =>
  `${(low * 100).toFixed(1)} – ${(high * 100).toFixed(1)}%`;
