/** Markup of HTML and SVG in which every text is escaped unless it is markup already: nothing has to be remembered. */
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

/** The literal parts are markup, what stands in the holes is text. */
export function markup(parts: TemplateStringsArray, ...holes: readonly Hole[]): Markup {
  return { markup: parts.map((part, i) => part + written(holes[i])).join("") };
}

/** Markup that was made elsewhere: a style sheet, a picture of ours. */
export const asMarkup = (text: string): Markup => ({ markup: text });

export const noMarkup: Markup = { markup: "" };
