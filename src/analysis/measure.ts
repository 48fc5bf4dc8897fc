import { type Diagnostic, diagnose, isProblem } from "../diagnostics/diagnostic.js";
import { suggest } from "../diagnostics/suggest.js";
import type { Graph, Node } from "../ir/graph.js";
import { dtypeBytes } from "../ir/shape.js";
import type { Measure } from "../recipe/claim.js";
import { type ConventionName, conventions, type Quantity } from "../recipe/measures.js";
import { countTotal } from "./counts.js";
import { isWithin, type Layer, layersOf } from "./layers.js";
import { countParams } from "./params.js";
import { peakMemory } from "./peak-memory.js";
import { receptiveField } from "./receptive-field.js";

/** Answers questions of checks about one graph; layers of a part are read off once. */
export interface Measurer {
  /** The number asked for, or why there is none. */
  measure(measure: Measure): number | Diagnostic;
}

/** The first convention that gives a quantity: the one meant when none is named. */
function conventionGiving(quantity: Quantity): ConventionName {
  const names = Object.keys(conventions) as ConventionName[];
  return names.find((name) => (conventions[name] as readonly Quantity[]).includes(quantity)) ?? "conv";
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

  return {
    measure({ name, convention, at, span }) {
      if (at !== undefined && layersIn(at).length === 0) {
        const parts = partPaths(graph.nodes.map((node) => node.path));
        return diagnose(
          "budget/unknown-part",
          { model: modelName, part: at, suggestion: suggest(at, parts) },
          { span },
        );
      }
      const among = at === undefined ? undefined : (node: Node) => isWithin(node.path, at);
      switch (name) {
        case "param_bytes":
          return paramsIn(at) * dtypeBytes.float32;
        case "peak_activation_bytes":
          return peakMemory(graph, { inPlace: false, ...(among === undefined ? {} : { among }) }).bytes;
        case "receptive_field":
          return Math.max(...receptiveField(graph, among).size);
        default: {
          if (name === "params" && convention === undefined) return paramsIn(at);
          const total = countTotal(layersIn(at), convention ?? conventionGiving(name), name);
          return isProblem(total) ? total.diagnose({ span }) : total;
        }
      }
    },
  };
}
