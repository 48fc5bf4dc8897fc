/** Draws the boxes, lines and labels of a laid-out network as SVG. */
import { xmlText } from "../../diagnostics/xml-text.js";
import type { Atom, Cost } from "./atoms.js";
import { atomNote, blockNote, clipped, costLabel, type NoteContext } from "./labels.js";
import { coursePath, tenth } from "./layout/course-path.js";
import type { Course, PlacedBox } from "./layout/place.js";
import {
  blockHeight,
  headerHeight,
  headerText,
  liftOf,
  padding,
  type Row,
  strip,
  textSizes,
  textWidth,
} from "./measure.js";
import { opKind } from "./op-kinds.js";
import type { Mark } from "./palette.js";

const boxRadius = 4;
const barHeight = 3;

/** Facts about the whole diagram that each box needs. */
export interface Page extends NoteContext {
  /** The costs of the most expensive element drawn: its bar is full. */
  readonly heaviest: Cost;
}

const note = (text: string): string => `<title>${xmlText(text)}</title>`;

export function text(x: number, y: number, className: string, content: string): string {
  return content === "" ? "" : `<text x="${tenth(x)}" y="${tenth(y)}" class="${className}">${xmlText(content)}</text>`;
}

export const rect = (x: number, y: number, width: number, height: number, className: string, more = ""): string =>
  `<rect x="${tenth(x)}" y="${tenth(y)}" width="${tenth(width)}" height="${tenth(height)}" class="${className}"${more}/>`;

export function markOf(atom: Atom): Mark {
  return atom.layer === undefined ? "end" : opKind(atom.layer.opName);
}

/** The cost of an element relative to the most expensive one: a bar along its lower edge. */
function bar(x: number, y: number, width: number, macs: number, mark: Mark, { heaviest }: Page): string {
  if (macs === 0 || heaviest.macs === 0) return "";
  const length = Math.max(1, (width * macs) / heaviest.macs);
  return rect(x, y, width, barHeight, "track") + rect(x, y, length, barHeight, mark);
}

/** A box, with sheets behind it if it represents several. */
function sheets({ box, x, y }: PlacedBox, className: string, radius: number): string {
  const lift = liftOf(box.item);
  const offsets = lift === 0 ? [0] : [lift, lift / 2, 0];
  return offsets
    .map((d) => rect(x + d, y + lift - d, box.width, box.height - lift, className, ` rx="${radius}"`))
    .join("");
}

/** The coloured strip at the left of a row or a box, rounded at the box's corners. */
function stripPath(x: number, y: number, height: number, mark: Mark, isTop: boolean, isBottom: boolean): string {
  const [top, bottom] = [isTop ? boxRadius : 0, isBottom ? boxRadius : 0];
  const begin = `M${tenth(x + strip)} ${tenth(y)}H${tenth(x + top)}`;
  const left = `${top > 0 ? `q${-top} 0 ${-top} ${top}` : ""}V${tenth(y + height - bottom)}`;
  const end = `${bottom > 0 ? `q0 ${bottom} ${bottom} ${bottom}` : ""}H${tenth(x + strip)}Z`;
  return `<path d="${begin}${left}${end}" class="${mark}"/>`;
}

/** The text of a row: its name, its op and its attributes. */
function rowText(x: number, y: number, { name, op, detail }: Row): string {
  const parts = [
    name === "" ? "" : `<tspan class="muted">${xmlText(`${name} `)}</tspan>`,
    `<tspan class="strong">${xmlText(op)}</tspan>`,
    detail === "" ? "" : xmlText(` ${detail}`),
  ];
  return `<text x="${tenth(x)}" y="${tenth(y)}" class="ink">${parts.join("")}</text>`;
}

function drawLayers(placed: PlacedBox, page: Page): string {
  const { box, x, y } = placed;
  const rows = box.leaf?.rows ?? [];
  const pitch = box.height / rows.length;
  const left = x + strip + padding;
  const right = x + box.width - padding;
  const drawn = box.item.atoms.map((atom, i) => {
    const row = rows[i] as Row;
    const top = y + i * pitch;
    // A bar needs some space under the text.
    const base = top + pitch / 2 + (atom.macs === 0 ? 4 : 3);
    const mark = markOf(atom);
    const parts = [
      note(atomNote(atom, page)),
      stripPath(x, top, pitch, mark, i === 0, i === rows.length - 1),
      i === 0 ? "" : rect(x + strip, top, box.width - strip, 0.6, "track"),
      rowText(left, base, row),
      text(right, base, "muted small end-text", row.cost),
      bar(left, top + pitch - barHeight - 1.5, right - left, atom.macs, mark, page),
    ];
    return `<g>${parts.join("")}</g>`;
  });
  return `<g>${[sheets(placed, "box", boxRadius), ...drawn].join("\n")}</g>`;
}

function drawBlock(placed: PlacedBox, page: Page): string {
  const { box, x } = placed;
  const { item } = box;
  const y = placed.y + liftOf(item);
  const left = x + strip + padding;
  const right = x + box.width - padding;
  const parts = [
    note(blockNote(item, page)),
    sheets(placed, "box", boxRadius),
    stripPath(x, y, blockHeight, "block", true, true),
    text(left, y + 18, "ink strong", clipped(item.name)),
    item.count === 1 ? "" : text(right, y + 18, "ink strong end-text", `×${item.count}`),
    text(left, y + 34, "muted small", costLabel(item.atoms) || `${item.atoms.length} layers`),
    bar(left, y + blockHeight - barHeight - 3, right - left, item.cost.macs, "block", page),
  ];
  return `<g>${parts.join("")}</g>`;
}

function drawEnd({ box, x, y }: PlacedBox, page: Page): string {
  const [atom] = box.item.atoms as [Atom];
  const row = box.leaf?.rows[0] as Row;
  const width = textWidth(`${row.name} ${row.op}`, textSizes.body);
  const left = x + (box.width - width) / 2;
  return `<g>${note(atomNote(atom, page))}${rect(x, y, box.width, box.height, "box", ` rx="${box.height / 2}"`)}
<text x="${tenth(left)}" y="${tenth(y + box.height / 2 + 4)}" class="ink"><tspan class="strong">${xmlText(row.name)}</tspan><tspan class="muted">${xmlText(` ${row.op}`)}</tspan></text></g>`;
}

function drawGroup(placed: PlacedBox, page: Page): string {
  const { box, x, depth } = placed;
  const { item } = box;
  const y = placed.y + liftOf(item);
  const parts = [
    note(blockNote(item, page)),
    sheets(placed, `frame${depth % 2}`, 6),
    rect(x + 0.5, y + headerHeight - 0.6, box.width - 1, 0.6, "track"),
    text(x + padding, y + 17, "ink strong", headerText(item)),
    text(x + box.width - padding, y + 17, "muted small end-text", costLabel(item.atoms)),
  ];
  return `<g>${parts.join("")}</g>`;
}

/** The line of a link, with an arrowhead if it ends at a box. */
export function drawLink(course: Course): string {
  const end = course.stops.at(-1);
  const tip =
    course.hasTip && end !== undefined
      ? `<path d="M${tenth(end.x - 3.5)} ${tenth(end.top - 7)}h7l-3.5 7z" class="tip"/>`
      : "";
  return `<path d="${coursePath(course)}" class="link"/>${tip}`;
}

/** The shapes of a box's outputs, next to the lines below it. */
export function drawLabels({ box, x, y }: PlacedBox): string {
  return box.exits.map((exit) => text(x + exit.x + 5, y + box.height + 14.5, "muted label", exit.label ?? "")).join("");
}

/** Draws any box. */
export function drawBox(placed: PlacedBox, page: Page): string {
  switch (placed.box.item.kind) {
    case "group":
      return drawGroup(placed, page);
    case "block":
      return drawBlock(placed, page);
    case "layers":
      return drawLayers(placed, page);
    default:
      return drawEnd(placed, page);
  }
}
