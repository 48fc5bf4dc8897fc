/** Highlights the text of a recipe (comments, strings, numbers, keywords) by a regular expression, without parsing. */
import { type Markup, markup } from "./markup.js";

const words = [
  ..."lfer import from model block variant recipe check input output loss function let if else for in".split(" "),
  ..."true false training share repeat int float bool string float32".split(" "),
].join("|");

// Each alternative ends at the end of a line at the latest, and none can be tried twice at one place.
const pieces = new RegExp(
  String.raw`(\/\/[^\n]*)|("(?:[^"\\\n]|\\.)*"?)|\b(\d[\d.]*(?:e[+-]?\d+)?k?)\b|\b(${words})\b`,
  "gu",
);
const kinds = ["remark", "string", "number", "word"] as const;

/** Longer texts are not recipes. */
const shownAtMost = 200_000;

export function highlighted(source: string): Markup {
  const text = source
    .slice(0, shownAtMost)
    .replace(/\p{Cs}$/u, "")
    .replaceAll("\r\n", "\n");
  const out: Markup[] = [];
  let at = 0;
  for (const match of text.matchAll(pieces)) {
    const kind = kinds.find((_, i) => match[i + 1] !== undefined);
    out.push(markup`${text.slice(at, match.index)}<span class="${kind}">${match[0]}</span>`);
    at = match.index + match[0].length;
  }
  out.push(markup`${text.slice(at)}`);
  if (source.length > shownAtMost)
    out.push(markup`\n<span class="remark">… ${source.length - shownAtMost} more characters</span>`);
  return markup`${out}`;
}
