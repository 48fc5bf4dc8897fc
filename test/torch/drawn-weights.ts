import { type Graph, typeOf } from "../../src/ir/graph.js";
import { bindShape, elementCount } from "../../src/ir/shape.js";
import type { Tensor } from "../../src/ops/contracts.js";
import { randomStream } from "../../src/random/stream.js";

/**
 * Weights near the initial ones, every one another number, under which a network stays calm: probe weights make every layer matter,
 * and with them a deep network's gradients are so large that rounding alone decides about them.
 */
export const drawnWeights = (graph: Graph, seed: number): Record<string, Tensor> =>
  Object.fromEntries(
    graph.slots.map(({ name, value, role, initializer }) => {
      const shape = bindShape(typeOf(graph, value).shape, 1);
      const random = randomStream(seed, name);
      const draw = (): number => {
        if (initializer.kind === "uniform")
          return 1.5 * (initializer.low + (initializer.high - initializer.low) * random.uniform());
        if (initializer.kind === "normal") return initializer.mean + initializer.std * random.normal();
        // A running variance is positive.
        if (role === "statistic" && initializer.value === 1) return 0.5 + random.uniform();
        return initializer.value + 0.2 * random.normal();
      };
      return [name, { shape, data: Float64Array.from({ length: elementCount(shape) }, draw) }];
    }),
  );
