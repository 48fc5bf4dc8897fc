import { GraphBuilder } from "../../src/ir/builder.js";
import type { Graph } from "../../src/ir/graph.js";

/** A graph with only parameters of these shapes, which are initially zero. */
export function graphOf(slots: Readonly<Record<string, readonly number[]>>): Graph {
  const builder = new GraphBuilder("M");
  for (const [name, shape] of Object.entries(slots)) {
    builder.slot({ name, role: "parameter", initializer: { kind: "constant", value: 0 } }, { dtype: "float32", shape });
  }
  return builder.finish();
}
