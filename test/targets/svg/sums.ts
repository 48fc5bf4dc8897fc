import { GraphBuilder } from "../../../src/ir/builder.js";
import type { Graph, ValueId } from "../../../src/ir/graph.js";

const type = { dtype: "float32", shape: [{ batch: 1 }, 4, 8, 8] } as const;

/**
 * A graph of sums: node i reads the values given by `reads`, indices among all values before it (0 is the input; larger indices wrap
 * around); `paths` name it. If it has several results, it is a split of the first one. Unused values are outputs.
 */
export function sums(
  reads: readonly (readonly [number, number])[],
  paths: (i: number) => string = (i) => `n${i}`,
  makes: (i: number) => number = () => 1,
): Graph {
  const builder = new GraphBuilder("Sums");
  const values: ValueId[] = [builder.input({ name: "x" }, type)];
  const used = new Set<number>();
  reads.forEach((pair, i) => {
    const count = makes(i);
    const own = pair.slice(0, count === 1 ? 2 : 1).map((value) => value % values.length);
    for (const value of own) used.add(value);
    const op =
      count === 1
        ? { op: "add", attributes: {} }
        : { op: "split", attributes: { axis: 1, sizes: new Array<number>(count).fill(4) } };
    const node = { ...op, inputs: own.map((value) => values[value]!), path: paths(i) };
    values.push(...builder.node(node, new Array(count).fill(type)));
  });
  values.forEach((value, i) => {
    if (!used.has(i)) builder.output({ name: `y${i}`, value });
  });
  return builder.finish();
}

/** Every node reads all values before it. */
export const web = (count: number): Graph => sums(Array.from({ length: count }, (_, i) => [i, (i * 7) >> 3] as const));
