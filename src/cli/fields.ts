/** A line of fields, limited to the available width: the least important field is dropped first. */
import { cutToWidth, textWidth } from "../diagnostics/text-width.js";

export interface Field {
  readonly text: string;
  /** Fields with the lowest weight are dropped first, the last one among equals. */
  readonly weight: number;
}

const gap = "  ";

/** The fields that fit, in order; if only one is left, it is cut. Without a width, all. */
export function fitFields(fields: readonly Field[], columns = Number.POSITIVE_INFINITY): string {
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
