import { findForeign } from "./foreign/find-constructs.js";
import { type Parsed, parseText } from "./parse-text.js";

/** As {@link parseText}; constructs of Python and other languages get a message of their own. */
export const parse = (file: string, text: string): Parsed => parseText(file, text, findForeign);
