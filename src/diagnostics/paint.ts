/** Looks of printed text. */
export type Style = "bold" | "dim" | "red" | "yellow" | "green" | "blue" | "cyan";

/** Gives text a look; a renderer takes one and never asks what a terminal is. */
export type Paint = (style: Style, text: string) => string;

/** Leaves text as it is: pipes, CI, NO_COLOR. */
export const plainPaint: Paint = (_style, text) => text;
