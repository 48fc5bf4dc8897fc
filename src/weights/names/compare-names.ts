/** Two lists of names side by side, for a terminal of 80 columns. */
import { visible } from "../../diagnostics/display-text.js";
import { cutToWidth, textWidth } from "../../diagnostics/text-width.js";
import { type NamedShape, roles } from "./shape-tree.js";

/** Columns of each list, and between them. */
const columns = 38;
const gap = "    ";
const mostRows = 12;

/** Hostile names may be long. */
const longestName = 500;

/** The layers of a file on the left, those of a model on the right: what matches neither by name nor by a map. */
export function besideEachOther(
  left: { readonly title: string; readonly tensors: readonly NamedShape[] },
  right: { readonly title: string; readonly tensors: readonly NamedShape[] },
): string {
  const [lefts, rights] = [left, right].map(({ tensors }) => rowsOf(tensors)) as [string[], string[]];
  const rows = Math.max(lefts.length, rights.length);
  const side = (text = ""): string => `${text}${" ".repeat(Math.max(0, columns - textWidth(text)))}`;
  const line = (a = "", b = ""): string => `${side(a)}${gap}${b}`.trimEnd();
  const lines = Array.from({ length: rows }, (_, i) => line(lefts[i], rights[i]));
  return [line(cutToWidth(visible(left.title), columns), cutToWidth(visible(right.title), columns)), ...lines].join(
    "\n",
  );
}

/** A row for each layer, with its weight's shape; further ones are counted. */
function rowsOf(tensors: readonly NamedShape[]): readonly string[] {
  const layers = new Map<string, readonly number[]>();
  for (const { name, shape } of tensors) {
    const dot = name.lastIndexOf(".");
    const layer = dot > 0 && roles.has(name.slice(dot + 1)) ? name.slice(0, dot) : name;
    if (!layers.has(layer) || name.endsWith(".weight")) layers.set(layer, shape);
  }
  const rows = [...layers].slice(0, mostRows).map(([name, shape]) => rowOf(visible(name.slice(0, longestName)), shape));
  return layers.size > mostRows ? [...rows, `... and ${layers.size - mostRows} more`] : rows;
}

/** Of a long name the end tells more. */
function rowOf(name: string, shape: readonly number[]): string {
  const size = cutToWidth(` [${shape.slice(0, 8).join(", ")}]`, columns / 2);
  const room = columns - textWidth(size);
  if (textWidth(name) <= room) return `${name}${size}`;
  let start = 1;
  while (textWidth(name.slice(start)) > room - 1) start++;
  return `…${name.slice(start)}${size}`;
}
