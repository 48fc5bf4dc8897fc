import { GraphBuilder } from "../../../src/ir/builder.js";
import type { Graph, ValueId } from "../../../src/ir/graph.js";

const type = { dtype: "float32", shape: [{ batch: 1 }, 4, 8, 8] } as const;

/** A graph of sums: node i reads what `reads` say, counted from the input (0) on; `paths` name it. What nobody reads goes out. */
export function sums(
  reads: readonly (readonly [number, number])[],
  paths: (i: number) => string = (i) => `n${i}`,
): Graph {
  const builder = new GraphBuilder("Sums");
  const values: ValueId[] = [builder.input({ name: "x" }, type)];
  const used = new Set<number>();
  reads.forEach(([a, b], i) => {
    used.add(a).add(b);
    const node = { op: "add", attributes: {}, inputs: [values[a]!, values[b]!], path: paths(i) };
    values.push(...builder.node(node, [type]));
  });
  values.forEach((value, i) => {
    if (!used.has(i)) builder.output({ name: `y${i}`, value });
  });
  return builder.finish();
}

/** Everything linked across everything before it. */
export const web = (count: number): Graph => sums(Array.from({ length: count }, (_, i) => [i, (i * 7) >> 3] as const));
