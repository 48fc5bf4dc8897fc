import { invariant } from "../../diagnostics/invariant.js";
import { type Graph, type Node, typeOf, type ValueId } from "../../ir/graph.js";
import { isNatural, type Layout, natural, nhwc, sameLayout, sameOrder, storedSizes } from "./layout.js";
import type { ProgramWriter } from "./program-writer.js";
import type { Register } from "./tfjs-program.js";

interface Held {
  readonly register: Register;
  readonly layout: Layout;
}

/** Lowers a node: reads its inputs from the site and sets its outputs. */
export type Lowering = (site: TfjsSite, node: Node) => void;

/** Where nodes are lowered: which register holds each value, and in which order of axes. */
export class TfjsSite {
  readonly graph: Graph;
  readonly writer: ProgramWriter;
  readonly #held = new Map<ValueId, Held>();
  readonly #makers: ReadonlyMap<ValueId, Node>;

  constructor(graph: Graph, writer: ProgramWriter) {
    this.graph = graph;
    this.writer = writer;
    this.#makers = new Map(graph.nodes.flatMap((node) => node.outputs.map((value) => [value, node] as const)));
  }

  sizesOf(value: ValueId): readonly number[] {
    return typeOf(this.graph, value).shape as readonly number[];
  }

  makerOf(value: ValueId): Node | undefined {
    return this.#makers.get(value);
  }

  /** Says what holds a value; in the graph's order of axes unless told. */
  set(value: ValueId | undefined, register: Register, layout?: Layout): void {
    invariant(value !== undefined, "a node has fewer results than its op");
    const sizes = this.sizesOf(value);
    const order = layout ?? natural(sizes.length);
    this.writer.hasSizes(register, storedSizes(sizes, order));
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

  /** The value as it is held. */
  asHeld(value: ValueId | undefined): Register {
    return this.#place(value).register;
  }

  inLayout(value: ValueId | undefined, layout: Layout): Register {
    const held = this.#place(value);
    return this.move(held.register, this.sizesOf(value as ValueId), held.layout, layout);
  }

  /** In the graph's own order. */
  plain(value: ValueId | undefined): Register {
    return this.inLayout(value, natural(this.layoutOf(value).length));
  }

  /** A value of rank 4 with its channels last. */
  map(value: ValueId | undefined): Register {
    return this.inLayout(value, nhwc);
  }

  /** Brings a register from one order to another; sizes are the graph's. */
  move(register: Register, sizes: readonly number[], from: Layout, to: Layout): Register {
    if (sameLayout(from, to)) return register;
    const stored = storedSizes(sizes, to);
    if (sameOrder(sizes, from, to)) return this.writer.reshape(register, stored);
    const perm = to.map((axis) => from.indexOf(axis));
    return this.writer.hasSizes(this.writer.kernel("Transpose", { x: register }, { perm }), stored);
  }

  /** The value as an operand of an element-wise op whose result is laid out so: broadcasting goes from the last axis. */
  operand(value: ValueId | undefined, layout: Layout): Register {
    invariant(value !== undefined, "a node has fewer inputs than its op");
    const sizes = this.sizesOf(value);
    if (sizes.length === layout.length) return this.inLayout(value, layout);
    if (sizes.length === 0 || isNatural(layout)) return this.plain(value);
    const whole = [...new Array<number>(layout.length - sizes.length).fill(1), ...sizes];
    return this.move(this.writer.reshape(this.plain(value), whole), whole, natural(layout.length), layout);
  }

  /** The order in which these operands meet most cheaply: that of the largest that has one of its own. */
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
