import { invariant } from "../../diagnostics/invariant.js";
import { type Graph, type Node, typeOf, type ValueId } from "../../ir/graph.js";
import type { DType } from "../../ir/shape.js";
import type { Register, TfjsBuilder } from "../../ops/tfjs/builder.js";
import { isNatural, type Layout, natural, nhwc, sameLayout, sameOrder, storedSizes } from "../../ops/tfjs/layout.js";
import { type ProgramOptions, ProgramWriter } from "./program-writer.js";

interface Held {
  readonly register: Register;
  readonly layout: Layout;
}

/** Tracks the register and axis order of each value while nodes are lowered. */
export class GraphWriter extends ProgramWriter implements TfjsBuilder {
  readonly graph: Graph;
  readonly #held = new Map<ValueId, Held>();
  readonly #makers: ReadonlyMap<ValueId, Node>;

  constructor(graph: Graph, options: ProgramOptions) {
    super(options);
    this.graph = graph;
    this.#makers = new Map(graph.nodes.flatMap((node) => node.outputs.map((value) => [value, node] as const)));
  }

  sizesOf(value: ValueId | undefined): readonly number[] {
    invariant(value !== undefined, "a node has fewer inputs or results than its op");
    return typeOf(this.graph, value).shape as readonly number[];
  }

  dtypeOf(value: ValueId): DType {
    return typeOf(this.graph, value).dtype;
  }

  makerOf(value: ValueId): Node | undefined {
    return this.#makers.get(value);
  }

  set(value: ValueId | undefined, register: Register, layout?: Layout): void {
    invariant(value !== undefined, "a node has fewer results than its op");
    const sizes = this.sizesOf(value);
    const order = layout ?? natural(sizes.length);
    this.hasSizes(register, storedSizes(sizes, order));
    this.#held.set(value, { register, layout: order });
  }

  #place(value: ValueId | undefined): Held {
    const held = value === undefined ? undefined : this.#held.get(value);
    invariant(held !== undefined, `%${value} is read before it is made`);
    return held;
  }

  layoutOf(value: ValueId | undefined): Layout {
    return this.#place(value).layout;
  }

  asHeld(value: ValueId | undefined): Register {
    return this.#place(value).register;
  }

  inLayout(value: ValueId | undefined, layout: Layout): Register {
    const held = this.#place(value);
    return this.#move(held.register, this.sizesOf(value), held.layout, layout);
  }

  plain(value: ValueId | undefined): Register {
    return this.inLayout(value, natural(this.layoutOf(value).length));
  }

  map(value: ValueId | undefined): Register {
    return this.inLayout(value, nhwc);
  }

  /** Converts a register from one axis order to another; sizes are the graph's. */
  #move(register: Register, sizes: readonly number[], from: Layout, to: Layout): Register {
    if (sameLayout(from, to)) return register;
    const stored = storedSizes(sizes, to);
    if (sameOrder(sizes, from, to)) return this.reshape(register, stored);
    const perm = to.map((axis) => from.indexOf(axis));
    return this.hasSizes(this.kernel("Transpose", { x: register }, { perm }), stored);
  }

  operand(value: ValueId | undefined, layout: Layout): Register {
    const sizes = this.sizesOf(value);
    if (sizes.length === layout.length) return this.inLayout(value, layout);
    if (sizes.length === 0 || isNatural(layout)) return this.plain(value);
    const whole = [...new Array<number>(layout.length - sizes.length).fill(1), ...sizes];
    return this.#move(this.reshape(this.plain(value), whole), whole, natural(layout.length), layout);
  }

  commonLayout(values: readonly ValueId[], rank: number): Layout {
    let [best, most]: [Layout, number] = [natural(rank), 0];
    if (rank < 4) return best;
    for (const value of values) {
      const [layout, sizes] = [this.layoutOf(value), this.sizesOf(value)];
      const count = sizes.reduce((product, size) => product * size, 1);
      if (layout.length === rank && !isNatural(layout) && count > most) [best, most] = [layout, count];
    }
    return best;
  }
}
