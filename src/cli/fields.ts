/** A line made of fields, as wide as there is room: the least important goes first. */
import { cutToWidth, textWidth } from "../diagnostics/text-width.js";

export interface Field {
  readonly text: string;
  /** Which goes first where there is no room: the one of least weight, of equals the last. */
  readonly weight: number;
}

const gap = "  ";

/** The fields that fit, in their order; of the last one that is left, what fits. */
export function fitFields(fields: readonly Field[], columns: number): string {
  let left = fields;
  for (;;) {
    const line = left.map(({ text }) => text).join(gap);
    if (textWidth(line) <= columns) return line;
    if (left.length === 1) return cutToWidth(line, columns);
    const least = Math.min(...left.map(({ weight }) => weight));
    const gone = left.findLastIndex(({ weight }) => weight === least);
    left = left.filter((_, i) => i !== gone);
  }
}
