/** The real receptive field of a network, measured with the reference: changes rows of the picture and counts the affected cells. */
import { type Graph, typeOf, type ValueId } from "../../src/ir/graph.js";
import { bindShape, elementCount } from "../../src/ir/shape.js";
import type { Tensor } from "../../src/ops/contracts.js";
import { randomStream } from "../../src/random/stream.js";
import { interpret } from "../../src/reference/interpret.js";

export interface DrawOptions {
  /** Only positive numbers, so that logarithms and powers are defined. */
  readonly positive?: boolean;
  /** The values of inputs other than the picture. */
  readonly values?: Readonly<Record<string, readonly number[] | undefined>>;
}

/** Several changes: one may be hidden by a maximum, a clip or a comparison. */
const trials = 4;

function drawn(graph: Graph, value: ValueId, key: string, positive: boolean): Tensor {
  const { shape: symbolic, dtype } = typeOf(graph, value);
  const shape = bindShape(symbolic, 1);
  const random = randomStream(11, key);
  const draw = () => {
    if (dtype === "bool") return Number(random.uniform() < 0.5);
    return positive ? 0.1 + random.uniform() : random.normal();
  };
  return { shape, data: Float64Array.from({ length: elementCount(shape) }, draw) };
}

/** The picture with other numbers in one row (axis 2) or column (axis 3). */
function changed({ shape, data }: Tensor, axis: 2 | 3, place: number, trial: number): Tensor {
  const random = randomStream(trial, "changed");
  const [, , height = 1, width = 1] = shape;
  const placeOf = (i: number) => (axis === 2 ? Math.floor(i / width) % height : i % width);
  return { shape, data: data.map((x, i) => (placeOf(i) === place ? x + 3 * random.uniform() : x)) };
}

/** The largest number of rows and columns of the input `image` on which one element of any output depends. */
export function numericField(graph: Graph, { positive = false, values = {} }: DrawOptions = {}) {
  const seen: [number, number] = [0, 0];
  for (const axis of [2, 3] as const) {
    const places = new Map<string, Set<number>>();
    for (let trial = 0; trial < trials; trial++) {
      const draw = (named: readonly { readonly name: string; readonly value: ValueId }[]) =>
        Object.fromEntries(
          named.map(({ name, value }): [string, Tensor] => {
            const tensor = drawn(graph, value, `${name} ${trial}`, positive || name.endsWith("running_var"));
            const given = values[name];
            return [name, given === undefined ? tensor : { ...tensor, data: Float64Array.from(given) }];
          }),
        );
      const [inputs, slots] = [draw(graph.inputs), draw(graph.slots)];
      const image = inputs.image!;
      const run = (picture: Tensor) => interpret(graph, { inputs: { ...inputs, image: picture }, slots, batch: 1 });
      const before = run(image);
      for (let place = 0; place < (image.shape[axis] ?? 0); place++) {
        for (const [name, { data }] of Object.entries(run(changed(image, axis, place, trial)))) {
          for (const [i, x] of data.entries()) {
            const key = `${name} ${i}`;
            // Another order of sums changes last bits, even of cells that do not see the change.
            const notices = Math.abs(before[name]!.data[i]! - x) > 1e-12 * Math.abs(x);
            if (notices) places.set(key, (places.get(key) ?? new Set()).add(place));
          }
        }
      }
    }
    seen[axis - 2] = Math.max(0, ...[...places.values()].map(({ size }) => size));
  }
  return seen;
}
