import { visible } from "./display-text.js";

/** What XML 1.0 holds in no form: halves of surrogate pairs and the two noncharacters. Controls are shown as signs before. */
const unspeakable = /[\p{Cs}\ufffe\uffff]/gu;

/** Text as it may stand between tags and in quoted attributes of XML, whatever is in it. */
export function xmlText(text: string): string {
  return visible(text)
    .replace(unspeakable, "\ufffd")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
