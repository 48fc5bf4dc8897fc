/** Styles of printed text. */
export type Style = "bold" | "dim" | "red" | "yellow" | "green" | "blue" | "cyan";

/** Applies a style to text; renderers get one and need not know about terminals. */
export type Paint = (style: Style, text: string) => string;

/** Returns text unchanged: for pipes, CI, NO_COLOR. */
export const plainPaint: Paint = (_style, text) => text;
