/** What all pictures share: diagrams of networks, curves, plots of studies. */

export interface Shades {
  readonly light: string;
  readonly dark: string;
}

export const pictureFont = `ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono","DejaVu Sans Mono",monospace`;

/** The widest of the common monospaced fonts (Menlo, Consolas, DejaVu, Liberation, Courier) advances 0.602 em. */
export const letterAdvance = 0.605;

export const paper: Shades = { light: "#ffffff", dark: "#0d1117" };

/** Text with a contrast of at least 4.5:1 to the paper (WCAG 2.2, 1.4.3). */
export const inks = {
  ink: { light: "#1f2328", dark: "#e6edf3" },
  muted: { light: "#4d5560", dark: "#a8b1bc" },
} as const satisfies Record<string, Shades>;

export const gridLines: Shades = { light: "#d8dee4", dark: "#30363d" };
