/** The texts of a diagram: in boxes, on edges, and in tooltips. */

import type { MacsConvention } from "../../analysis/conventions.js";
import type { Layer } from "../../analysis/layers.js";
import { displayWidth } from "../../diagnostics/display-text.js";
import { grouped, short } from "../../diagnostics/number-text.js";
import type { Span } from "../../diagnostics/span.js";
import { type AttributeValue, type Graph, typeOf, typesOf, type ValueId } from "../../ir/graph.js";
import { formatDim, formatShape, type Shape, sameDim } from "../../ir/shape.js";
import { type Atom, type Cost, costOf } from "./atoms.js";
import type { Item } from "./scene.js";

/** Longer names are cut, so that the diagram does not grow; the tooltip has the full name. */
const longestName = 34;

/** Text of at most `cells` cells, cut in the middle. */
export function clipped(text: string, cells = longestName): string {
  if (displayWidth(text) <= cells) return text;
  // By code points, so that surrogate pairs are not split.
  const points = [...text];
  const take = (from: readonly string[], most: number): readonly string[] => {
    let used = 0;
    const end = from.findIndex((point) => {
      used += displayWidth(point);
      return used > most;
    });
    return from.slice(0, end === -1 ? from.length : end);
  };
  const half = Math.floor((cells - 1) / 2);
  return `${take(points, cells - 1 - half).join("")}…${take(points.toReversed(), half).toReversed().join("")}`;
}

/** `29x56x56`: a shape without the batch; with all sizes if the first one is not N. */
export function shapeLabel(shape: Shape): string {
  const [first, ...rest] = shape;
  const isBatch = first !== undefined && sameDim(first, { batch: 1 });
  const dims = isBatch && rest.length > 0 ? rest : shape;
  return dims.length === 0 ? "scalar" : dims.map(formatDim).join("x");
}

export const valueLabel = (graph: Graph, value: ValueId): string => shapeLabel(typeOf(graph, value).shape);

/** `1.2k · 3.4M`: the params and macs of atoms, if there are any; weights counted elsewhere are `shared`. */
export function costLabel(atoms: readonly Atom[]): string {
  const { params, macs } = costOf(atoms);
  const isShared = params === 0 && atoms.some(({ layer }) => layer?.sharedWith !== undefined);
  const weights = isShared ? "shared" : short(params);
  if (macs > 0) return `${weights} · ${short(macs)}`;
  return params > 0 || isShared ? weights : "";
}

const pair = (value: AttributeValue | undefined): readonly [number, number] | undefined =>
  Array.isArray(value) && value.length === 2 ? (value as unknown as readonly [number, number]) : undefined;

const isOnes = (value: readonly [number, number]): boolean => value[0] === 1 && value[1] === 1;
const oneOrTwo = ([a, b]: readonly [number, number]): string => (a === b ? String(a) : `${a}x${b}`);

/** `conv_2` is the second `conv`. */
const withoutOrdinal = (name: string): string => name.replace(/_\d+$/, "");

/** The `.lfer` name of a layer: `depthwise` is a depthwise conv2d. */
function surfaceName({ node, op }: Layer, graph: Graph): string {
  const inputs = typesOf(graph, node.inputs);
  const fitting = op.surfaces.find(({ isFor }) => isFor?.(node.attributes, inputs));
  if (fitting !== undefined) return fitting.name;
  const last = withoutOrdinal(node.path.split(".").at(-1) ?? "");
  return op.surfaces.find((surface) => surface.name === last)?.name ?? op.surfaces[0]?.name ?? op.name;
}

/** The main attributes of a layer, as written in papers: `3x3, 64, /2`. */
function attributeLabel({ node, op }: Layer, name: string): string {
  const { kernel, stride, dilation, groups, channels, features, axis, slope, size } = node.attributes;
  const [kernelSize, strides, dilations] = [pair(kernel), pair(stride), pair(dilation)];
  const pieces = op.pieces(node.attributes);
  const hasAxis = pieces.kind === "cut" || (pieces.kind === "joined" && axis !== 1);
  const parts = [
    kernelSize === undefined ? undefined : `${kernelSize[0]}x${kernelSize[1]}`,
    typeof channels === "number" ? String(channels) : undefined,
    typeof features === "number" ? String(features) : undefined,
    strides === undefined || isOnes(strides) ? undefined : `/${oneOrTwo(strides)}`,
    dilations === undefined || isOnes(dilations) ? undefined : `d${oneOrTwo(dilations)}`,
    typeof groups === "number" && groups !== 1 && name !== "depthwise" ? `g${groups}` : undefined,
    typeof slope === "number" ? String(slope) : undefined,
    hasAxis ? `axis ${axis}` : undefined,
    op.family === "resizing" && pair(size) !== undefined
      ? `to ${(pair(size) as readonly number[]).join("x")}`
      : undefined,
  ];
  return parts.filter((part) => part !== undefined).join(", ");
}

/** The end of a path if it says more than the op: `fc` before `linear`. */
function givenName(path: readonly string[], shown: string, { op }: Layer): string {
  const last = withoutOrdinal(path.at(-1) ?? "");
  const isOp = last === shown || last === op.name || op.surfaces.some((surface) => surface.name === last);
  return path.slice(0, isOp ? -1 : undefined).join(".");
}

/** The row of a layer: `conv 3x3, 29, /2`, after its given name, if there is one. */
export function layerLabel(
  graph: Graph,
  layer: Layer,
  names: readonly string[],
): { name: string; op: string; detail: string } {
  const op = surfaceName(layer, graph);
  return { name: givenName(names, op, layer), op, detail: attributeLabel(layer, op) };
}

/** Facts for tooltips: source positions and totals. */
export interface NoteContext {
  readonly graph: Graph;
  readonly total: Cost;
  readonly convention: MacsConvention;
  readonly locate: ((span: Span) => string) | undefined;
}

function share(part: number, whole: number): string {
  return whole === 0 ? "" : ` (${((100 * part) / whole).toFixed(1)} %)`;
}

function costNote({ params, macs }: Cost, { total, convention }: NoteContext): string {
  const all = `${grouped(params)} params${share(params, total.params)}`;
  return `${all}\n${grouped(macs)} macs (${convention})${share(macs, total.macs)}`;
}

const attributeText = (value: AttributeValue): string =>
  Array.isArray(value) ? `[${value.join(", ")}]` : String(value);

const typesNote = (graph: Graph, values: readonly ValueId[]): string =>
  values.map((value) => formatShape(typeOf(graph, value).shape)).join(", ");

/** The tooltip of one layer, input, weight or output. */
export function atomNote(atom: Atom, context: NoteContext): string {
  const { graph, locate } = context;
  const path = atom.path.join(".");
  const { layer } = atom;
  if (layer === undefined) {
    const labels = atom.output?.labels;
    const names = labels === undefined ? "" : `\n${labels.join(", ")}`;
    return `${atom.kind} ${path}\n${typesNote(graph, [...atom.reads, ...atom.makes])}${names}`;
  }
  const { node, sharedWith } = layer;
  const attributes = Object.entries(node.attributes).map(([name, value]) => `${name}: ${attributeText(value)}`);
  const place = node.span === undefined ? undefined : locate?.(node.span);
  const lines = [
    path,
    `${node.op}${attributes.length === 0 ? "" : ` (${attributes.join(", ")})`}`,
    `${typesNote(graph, atom.reads)} -> ${typesNote(graph, atom.makes)}`,
    costNote(atom, context),
    sharedWith === undefined ? undefined : `weights of ${sharedWith}`,
    place,
  ];
  return lines.filter((line) => line !== undefined).join("\n");
}

/** Maximum number of names in a list; the rest is counted. */
const mostListed = 12;

/** The tooltip of a block. */
export function blockNote(item: Item, context: NoteContext): string {
  const layers = item.atoms.flatMap(({ layer }) => (layer === undefined ? [] : [layer]));
  const byOp = new Map<string, number>();
  for (const { opName } of layers) byOp.set(opName, (byOp.get(opName) ?? 0) + 1);
  const ops = [...byOp].toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  const listed = ops.slice(0, mostListed).map(([op, count]) => `${count} ${op}`);
  const more = ops.length > mostListed ? ", …" : "";
  const repeats = item.count === 1 ? "" : `\n${item.count} units in a row, together:`;
  const span = layers[0]?.node.span;
  const place = span === undefined ? undefined : context.locate?.(span);
  const lines = [
    `${item.name === item.path ? item.path : `${item.path}: ${item.name}`}${repeats}`,
    `${layers.length} layers: ${listed.join(", ")}${more}`,
    `${typesNote(context.graph, item.reads)} -> ${typesNote(context.graph, item.makes)}`,
    costNote(item.cost, context),
    place,
  ];
  return lines.filter((line) => line !== undefined).join("\n");
}
