/**
 * `--weights-type float16`: filters and matrices in half precision, for the size of the download. A Cast makes float32 of them when a
 * runtime loads the file, so it computes as fast, and runs everywhere. A tensor with a number that half precision does not have (65520
 * or more) stays float32.
 */
import { typeOf } from "../../ir/graph.js";
import type { WeightedGraph } from "../../passes/weighted-graph.js";
import { fromHalf, halfOf } from "../../weights/half.js";
import { isRoundedShape } from "../../weights/weights-type.js";

export interface Halves {
  /** With the rounded numbers. */
  readonly model: WeightedGraph<Float32Array>;
  /** The names of the slots that are stored as halves. */
  readonly stored: ReadonlySet<string>;
  /** Those that stay float32 because of a number that is too large. */
  readonly tooLarge: readonly string[];
}

export interface Rounding {
  readonly tooLarge: readonly string[];
  /** The largest change of an output, as a share of its norm; undefined without a runtime. */
  readonly error?: number;
}

export function roundToHalves({ graph, weights }: WeightedGraph<Float32Array>): Halves {
  const rounded = new Map(weights);
  const stored = new Set<string>();
  const tooLarge: string[] = [];
  for (const { name, value } of graph.slots) {
    const values = weights.get(name);
    if (values === undefined || !isRoundedShape(typeOf(graph, value).shape)) continue;
    const halves = values.map((each) => fromHalf(halfOf(each)));
    if (!halves.every(Number.isFinite)) {
      tooLarge.push(name);
      continue;
    }
    rounded.set(name, halves);
    stored.add(name);
  }
  return { model: { graph, weights: rounded }, stored, tooLarge };
}
