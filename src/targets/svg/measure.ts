/** Sizes of elements. Text is monospaced, so its width is known without font metrics: cells times a constant. */
import { displayWidth } from "../../diagnostics/display-text.js";
import { letterAdvance } from "../../diagnostics/picture-style.js";
import type { Graph, ValueId } from "../../ir/graph.js";
import { clipped, costLabel, layerLabel, valueLabel } from "./labels.js";
import type { Item } from "./scene.js";

export const textSizes = { title: 18, body: 12, small: 11, label: 10.5 } as const;

export function textWidth(text: string, size: number): number {
  return displayWidth(text) * size * letterAdvance;
}

/** Positions of the lines of a box, in pixels from its top. */
const rowHeight = 22;
export const headerHeight = 26;
const pillHeight = 24;
export const blockHeight = 46;
/** The coloured strip at the left of a box, and its horizontal padding. */
export const strip = 5;
export const padding = 9;
const narrowest = 116;
/** How far the sheets of a repeated block extend above and to the right. */
const sheetsRoom = 6;
/** The line under a box with the shape of its value. */
export const stemHeight = 22;
const labelGap = 5;

/** The height of a box's sheets, if it represents several. */
export function liftOf({ count }: Item): number {
  return count === 1 ? 0 : sheetsRoom;
}

/** One line of a box. */
export interface Row {
  readonly name: string;
  readonly op: string;
  readonly detail: string;
  readonly cost: string;
}

/** Where a value leaves a box, in pixels from the box's left. */
export interface Exit {
  readonly value: ValueId;
  readonly x: number;
  /** Its shape, if it is printed here. */
  readonly label: string | undefined;
}

/** The size of an item without inner items, with its text. */
export interface LeafSize {
  readonly width: number;
  readonly height: number;
  /** The position of a single line's entry and exit. */
  readonly axis: number;
  readonly exits: readonly Exit[];
  readonly rows: readonly Row[];
}

/** Parts of the path that the level itself does not show. */
const namesWithin = (item: Item, path: readonly string[]): readonly string[] => {
  const depth = item.path.split(".").length - item.name.split(".").length;
  return path.slice(depth);
};

function rowsOf(graph: Graph, item: Item): readonly Row[] {
  return item.atoms.map((atom): Row => {
    const { layer } = atom;
    if (layer === undefined) {
      const name = clipped(namesWithin(item, atom.path).join("."));
      return { name, op: atom.kind === "output" ? labelCount(atom.output?.labels) : atom.kind, detail: "", cost: "" };
    }
    const { name, op, detail } = layerLabel(graph, layer, namesWithin(item, atom.path));
    return { name: clipped(name, 20), op, detail: clipped(detail), cost: costLabel([atom]) };
  });
}

const labelCount = (labels: readonly string[] | undefined): string =>
  labels === undefined ? "output" : `${labels.length} labels`;

const rowWidth = ({ name, op, detail, cost }: Row): number => {
  const left = [name, op, detail].filter((part) => part !== "").join(" ");
  return textWidth(left, textSizes.body) + (cost === "" ? 0 : 16 + textWidth(cost, textSizes.small));
};

/** Distributes exits under a box so that each has space for its label on the right; returns the required width. */
function spread(
  graph: Graph,
  values: readonly ValueId[],
): { readonly least: number; at(width: number): readonly Exit[] } {
  const labels = values.map((value) => valueLabel(graph, value));
  const widths = labels.map((label) => textWidth(label, textSizes.label) + labelGap + 6);
  const widest = widths.reduce((a, b) => Math.max(a, b), 0);
  const [only] = values;
  if (values.length === 1 && only !== undefined) {
    return { least: 2 * widest, at: (width) => [{ value: only, x: width / 2, label: labels[0] }] };
  }
  // If many values have one shape, it is printed once.
  const isMany = values.length > 6 && labels.every((label) => label === labels[0]);
  const pitch = isMany ? 14 : widest;
  return {
    least: values.length * pitch + (isMany ? 2 * widest : widest / 2),
    at: (width) => {
      const begin = width / 2 - ((values.length - 1) * pitch) / 2 - (isMany ? 0 : widest / 3);
      return values.map((value, i) => {
        const isSaid = !isMany || i === values.length - 1;
        return { value, x: Math.round(begin + i * pitch), label: isSaid ? labels[i] : undefined };
      });
    },
  };
}

/** The size of a stack of layers, a folded block, or an input or output of the network. */
export function measureLeaf(graph: Graph, item: Item): LeafSize {
  const exits = spread(graph, item.makes);
  const sized = (rows: readonly Row[], text: number, height: number): LeafSize => {
    const width = 2 * Math.ceil(Math.max(narrowest, exits.least, strip + 2 * padding + text) / 2);
    return { width, height, axis: width / 2, exits: exits.at(width), rows };
  };
  if (item.kind === "block") {
    const name = clipped(item.name);
    const badge = item.count === 1 ? "" : ` ×${item.count}`;
    const row: Row = { name, op: "", detail: "", cost: costLabel(item.atoms) };
    const top = textWidth(name, textSizes.body) + (badge === "" ? 0 : 10 + textWidth(badge, textSizes.body));
    return sized([row], Math.max(top, textWidth(row.cost, textSizes.small)), blockHeight + liftOf(item));
  }
  const rows = rowsOf(graph, item);
  const text = rows.reduce((most, row) => Math.max(most, rowWidth(row)), 0);
  return sized(
    rows,
    text,
    item.kind !== "layers" ? pillHeight : rows.length === 1 ? rowHeight + 4 : rows.length * rowHeight,
  );
}

/** The title of an open block. */
export function headerText({ name, count }: Item): string {
  return count === 1 ? clipped(name) : `${clipped(name)} ×${count}`;
}

/** The width of an open block's title. */
export function headerWidth(item: Item): number {
  const cost = textWidth(costLabel(item.atoms), textSizes.small);
  return 2 * padding + textWidth(headerText(item), textSizes.body) + 18 + cost;
}
