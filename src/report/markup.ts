/** HTML and SVG markup in which every text is escaped unless it is markup already, so escaping cannot be forgotten. */
import { xmlText } from "../diagnostics/xml-text.js";

export interface Markup {
  readonly markup: string;
}

type Hole = string | number | Markup | readonly Markup[] | undefined;

function written(hole: Hole): string {
  if (hole === undefined) return "";
  if (typeof hole === "string") return xmlText(hole);
  if (typeof hole === "number") return String(hole);
  return "markup" in hole ? hole.markup : hole.map(({ markup }) => markup).join("");
}

/** The literal parts are markup, inserted values are text. */
export function markup(parts: TemplateStringsArray, ...holes: readonly Hole[]): Markup {
  return { markup: parts.map((part, i) => part + written(holes[i])).join("") };
}

/** Text that is markup already: a style sheet, an SVG of ours. */
export const asMarkup = (text: string): Markup => ({ markup: text });

export const noMarkup: Markup = { markup: "" };
