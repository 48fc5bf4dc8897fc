import { type Diagnostic, diagnose, isProblem } from "../diagnostics/diagnostic.js";
import { suggest } from "../diagnostics/suggest.js";
import type { Graph, Node } from "../ir/graph.js";
import { isWithin } from "../ir/paths.js";
import { dtypeBytes } from "../ir/shape.js";
import type { Measure } from "../recipe/claim.js";
import { type ConventionName, conventions, defaultConvention, type Quantity } from "../recipe/measures.js";
import { countLayer, countTotal } from "./counts.js";
import { inexactOf } from "./exact.js";
import { type Layer, layersOf } from "./layers.js";
import { countParams } from "./params.js";
import { peakMemory } from "./peak-memory.js";
import { receptiveField } from "./receptive-field.js";

/** Where a figure comes from: the parts with the largest shares, or the layer where a maximum occurs. */
export interface Origin {
  /** The largest first, with their values and shares of the whole. */
  readonly parts: readonly { readonly path: string; readonly value: number; readonly share: number }[];
  /** For a maximum: the layer where it occurs. */
  readonly at: string | undefined;
}

/** Measures one graph for checks; the layers of a part are computed once. */
export interface Measurer {
  /** The number, or why there is none. */
  measure(measure: Measure): number | Diagnostic;
  /** The origin of that number. */
  originOf(measure: Measure): Origin;
}

/** Maximum number of parts named. */
const namedParts = 3;

/** The convention of a quantity if none is named: the default, or the first that has it. */
function conventionGiving(quantity: Quantity): ConventionName {
  const names = [defaultConvention, ...(Object.keys(conventions) as ConventionName[])];
  return names.find((name) => (conventions[name] as readonly Quantity[]).includes(quantity)) ?? defaultConvention;
}

/** All paths of parts and layers: `a.b.c` also has the parts `a` and `a.b`. */
export function partPaths(paths: Iterable<string>): ReadonlySet<string> {
  const parts = new Set<string>();
  for (const path of paths) {
    for (let dot = path.indexOf("."); dot !== -1; dot = path.indexOf(".", dot + 1)) parts.add(path.slice(0, dot));
    parts.add(path);
  }
  return parts;
}

/** The parts directly below `at` with the largest shares of a figure. */
function largestParts(layers: readonly Layer[], at: string | undefined, figureOf: (layer: Layer) => number) {
  const values = new Map<string, number>();
  const depth = at === undefined ? 1 : at.split(".").length + 1;
  let total = 0;
  for (const layer of layers) {
    const part = layer.node.path.split(".").slice(0, depth).join(".");
    const value = figureOf(layer);
    values.set(part, (values.get(part) ?? 0) + value);
    total += value;
  }
  return (
    [...values]
      // If the part is a layer itself, naming it adds nothing.
      .filter(([path, value]) => value > 0 && path !== at)
      .sort(([, a], [, b]) => b - a)
      .slice(0, namedParts)
      .map(([path, value]) => ({ path, value, share: value / total }))
  );
}

export function measurerOf(graph: Graph, modelName: string): Measurer {
  const layersByPart = new Map<string | undefined, readonly Layer[]>();
  const layersIn = (part: string | undefined): readonly Layer[] => {
    const layers = layersByPart.get(part) ?? layersOf(graph, part);
    layersByPart.set(part, layers);
    return layers;
  };
  const paramsIn = (part: string | undefined): number =>
    part === undefined
      ? countParams(graph, layersIn(part)).total
      : layersIn(part).reduce((sum, layer) => sum + layer.params, 0);

  const amongOf = (at: string | undefined) => (at === undefined ? undefined : (node: Node) => isWithin(node.path, at));
  const peakOf = (at: string | undefined) => {
    const among = amongOf(at);
    return peakMemory(graph, { inPlace: false, ...(among === undefined ? {} : { among }) });
  };

  return {
    originOf({ name, convention, at }) {
      if (name === "peak_activation_bytes") return { parts: [], at: peakOf(at).at };
      if (name === "receptive_field") return { parts: [], at: receptiveField(graph, amongOf(at)).at };
      const isPlain = name === "param_bytes" || (name === "params" && convention === undefined);
      const perParameter = name === "param_bytes" ? dtypeBytes.float32 : 1;
      const figureOf = (layer: Layer): number =>
        isPlain ? layer.params * perParameter : countLayer(layer, convention ?? conventionGiving(name), name);
      return { parts: largestParts(layersIn(at), at, figureOf), at: undefined };
    },
    measure({ name, convention, at, span }) {
      if (at !== undefined && layersIn(at).length === 0) {
        const parts = partPaths(graph.nodes.map((node) => node.path));
        return diagnose(
          "budget/unknown-part",
          { model: modelName, part: at, suggestion: suggest(at, parts) },
          { span },
        );
      }
      const exact = (value: number): number | Diagnostic => inexactOf({ [name]: value })?.diagnose({ span }) ?? value;
      switch (name) {
        case "param_bytes":
          return exact(paramsIn(at) * dtypeBytes.float32);
        case "peak_activation_bytes":
          return exact(peakOf(at).bytes);
        case "receptive_field":
          return exact(Math.max(...receptiveField(graph, amongOf(at)).size));
        default: {
          if (name === "params" && convention === undefined) return exact(paramsIn(at));
          const total = countTotal(layersIn(at), convention ?? conventionGiving(name), name);
          return isProblem(total) ? total.diagnose({ span }) : total;
        }
      }
    },
  };
}
