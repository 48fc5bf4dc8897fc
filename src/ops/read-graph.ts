import type { Diagnostic } from "../diagnostics/diagnostic.js";
import type { Graph } from "../ir/graph.js";
import { parseGraph } from "../ir/parse-text.js";
import { findFaults } from "./verify-types.js";

/** Parses a graph's text and verifies it completely: returns a sound graph, or diagnostics. */
export function readGraph(text: string, file = "graph"): Graph | readonly Diagnostic[] {
  const graph = parseGraph(text, file);
  if (!("nodes" in graph)) return graph;
  const faults = findFaults(graph);
  if (faults.length === 0) return graph;
  const whole = { file, start: 0, end: text.length };
  return faults.map(({ problem, span }) => problem.diagnose({ span: span ?? whole }));
}
