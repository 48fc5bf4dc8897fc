import { type Diagnostic, diagnose } from "../../diagnostics/diagnostic.js";
import { oneLine } from "../../diagnostics/display-text.js";
import { grouped } from "../../diagnostics/number-text.js";
import type { Paint } from "../../diagnostics/paint.js";
import type { Span } from "../../diagnostics/span.js";
import { suggest } from "../../diagnostics/suggest.js";
import { type Graph, typeOf, type ValueId } from "../../ir/graph.js";
import { isWithin } from "../../ir/paths.js";
import { bindShape } from "../../ir/shape.js";
import type { ConventionName } from "../../recipe/measures.js";
import { conventionTable } from "../conventions.js";
import { type Explanation, explainLayer } from "../counts.js";
import { factSymbols } from "../facts.js";
import { formula } from "../formula.js";
import { type Layer, layersOf } from "../layers.js";
import { partPaths } from "../measure.js";
import { shapeText } from "./layer-columns.js";

export interface ExplainOptions {
  /** The layer's path, or the beginning of it up to a dot. */
  readonly part: string;
  readonly conventions: readonly ConventionName[];
  readonly locate: (span: Span) => string;
  readonly paint: Paint;
}

/** The layers that a path refers to, or a problem with the most similar path. */
export function layersAt(graph: Graph, part: string): readonly Layer[] | Diagnostic {
  const layers = layersOf(graph);
  const found = layers.filter(({ node }) => isWithin(node.path, part));
  if (found.length > 0) return found;
  const parts = partPaths(layers.map(({ node }) => node.path));
  return diagnose("budget/unknown-part", { model: graph.name, part, suggestion: suggest(part, parts) });
}

const sumText = ({ sum, quantity }: Explanation): string => `${quantity}: ${sum ?? "0"}`;

function layerText(graph: Graph, layer: Layer, { conventions, locate, paint }: ExplainOptions): string {
  const { node, params, sharedWith } = layer;
  const place = node.span === undefined ? "" : `  ${paint("dim", oneLine(locate(node.span)))}`;
  const shape = shapeText(bindShape(typeOf(graph, node.outputs[0] as ValueId).shape, 1));
  const shared = sharedWith === undefined ? "" : ` (shares the weights of ${sharedWith})`;
  const lines = conventions.flatMap((name) => {
    const explanations = explainLayer(layer, name);
    const sources = new Set(explanations.map((each) => each.source));
    return [
      ...explanations.map((each, i) => `  ${(i === 0 ? name : "").padEnd(13)} ${sumText(each)}`),
      ...[...sources].map((source) => `  ${"".padEnd(13)} ${paint("dim", source)}`),
    ];
  });
  const head = `${paint("bold", node.path)}  ${node.op}  ${shape}${place}`;
  return `${head}\n  params        ${grouped(params)}${shared}\n${lines.join("\n")}\n`;
}

/** The letters in the formulas of these layers, with their meanings. */
function legend(layers: readonly Layer[], conventions: readonly ConventionName[]): string {
  const used = new Set<string>();
  for (const layer of layers) {
    for (const name of conventions) {
      const rule = conventionTable(name).rules[layer.opName];
      if (rule.kind === "zero") continue;
      for (const text of Object.values(rule.formulas)) for (const symbol of formula(text).symbols) used.add(symbol);
    }
  }
  return Object.entries(factSymbols)
    .filter(([symbol]) => used.has(symbol))
    .map(([symbol, { meaning }]) => `  ${symbol}  ${meaning}\n`)
    .join("");
}

function totalsText(layers: readonly Layer[], { part, conventions, paint }: ExplainOptions): string {
  const lines = conventions.flatMap((name) => {
    const totals = new Map<string, number>();
    for (const layer of layers) {
      for (const { quantity, value } of explainLayer(layer, name)) {
        totals.set(quantity, (totals.get(quantity) ?? 0) + value);
      }
    }
    return [...totals].map(([quantity, total], i) => {
      return `  ${(i === 0 ? name : "").padEnd(13)} ${quantity}: ${grouped(total)}\n`;
    });
  });
  return `${paint("bold", `${part}: ${layers.length} layers together`)}\n${lines.join("")}`;
}

/** How each convention computes its figures for a layer, or for every layer of a part, with the numbers inserted. */
export function renderExplanation(graph: Graph, layers: readonly Layer[], options: ExplainOptions): string {
  const texts = layers.map((layer) => layerText(graph, layer, options));
  if (layers.length > 1) texts.push(totalsText(layers, options));
  const letters = legend(layers, options.conventions);
  if (letters !== "") texts.push(letters);
  return texts.join("\n");
}
