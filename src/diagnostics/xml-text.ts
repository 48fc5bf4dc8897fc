import { visible } from "./display-text.js";

/** Characters that XML 1.0 cannot contain: unpaired surrogates and the two noncharacters. Controls were replaced before. */
const unspeakable = /[\p{Cs}\ufffe\uffff]/gu;

/** Text escaped for XML content and quoted attributes. */
export function xmlText(text: string): string {
  return visible(text)
    .replace(unspeakable, "\ufffd")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
