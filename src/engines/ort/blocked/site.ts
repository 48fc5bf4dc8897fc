import { invariant } from "../../../diagnostics/invariant.js";
import { type Graph, typeOf, type ValueId } from "../../../ir/graph.js";
import type { DType, TensorType } from "../../../ir/shape.js";
import { type ModelWriter, nchwcDomain } from "../model-writer.js";
import {
  type BufferShape,
  inverse,
  isNatural,
  naturalOrder,
  type Ordered,
  RowBuffer,
  type RowOrigin,
  type Rows,
  rowsOf,
  sameOrder,
  type View,
  viewShape,
} from "./buffer.js";
import { Neighbours } from "./neighbours.js";
import { orderByRequests, type RowRequests, RowStore } from "./row-store.js";
import { Shared } from "./shared.js";

/** For each of a value's first axes, the order of its entries. */
export type Layout = readonly (readonly number[])[];

export type SlotLayouts = ReadonlyMap<ValueId, Layout>;

export const sameLayout = (a: Layout, b: Layout): boolean =>
  a.length === b.length && a.every((order, axis) => sameOrder(order, b[axis] ?? []));

/**
 * A vector that was computed as [C, 1, 1], in some order; or what `made` computes from it, in the same way for every value of the same
 * `kind`. Many columns can be joined to one vector with few nodes.
 */
export interface Column {
  readonly name: string;
  readonly order: readonly number[];
  readonly made?: { readonly kind: string; readonly of: (name: string) => string } | undefined;
}

/** What previous lowerings of the graph found out. */
export interface SiteWishes {
  readonly wishes: RowRequests;
  readonly layouts: SlotLayouts;
}

/**
 * The interface of lowerings to the blocked layout. Every value exists in one or both of two representations: plain (the graph's own
 * layout) and rows of buffers. Each is made from the other when needed.
 */
export class BlockedSite {
  readonly graph: Graph;
  readonly writer: ModelWriter;
  readonly block: number;
  readonly store: RowStore;
  readonly neighbours: Neighbours;
  readonly shared = new Shared();
  /** The layout of each slot that is not stored in the graph's. */
  readonly layouts: SlotLayouts;
  /** The layouts in which values were needed. */
  readonly layoutsAsked = new Map<ValueId, Layout>();
  readonly #laid = new Map<ValueId, { readonly name: string; readonly layout: Layout }>();
  readonly #columns = new Map<ValueId, Column>();
  readonly #plain = new Map<ValueId, string>();
  readonly #rows = new Map<ValueId, Rows>();
  readonly #wishes: RowRequests;

  constructor(graph: Graph, writer: ModelWriter, block: number, { wishes, layouts }: SiteWishes) {
    this.graph = graph;
    this.writer = writer;
    this.block = block;
    this.store = new RowStore(writer);
    this.#wishes = wishes;
    this.layouts = layouts;
    this.neighbours = new Neighbours(graph);
  }

  typeOf(value: ValueId): TensorType {
    return typeOf(this.graph, value);
  }

  sizesOf(value: ValueId): readonly number[] {
    return this.typeOf(value).shape as readonly number[];
  }

  /** Whether the value can be rows: a map whose batch fills blocks. */
  canBeRows(value: ValueId): boolean {
    const { shape } = this.typeOf(value);
    const [batch] = shape;
    return shape.length === 4 && typeof batch === "number" && batch % this.block === 0;
  }

  hasRows(value: ValueId): boolean {
    return this.#rows.has(value);
  }

  hasPlain(value: ValueId): boolean {
    return this.#plain.has(value);
  }

  shapeFor(value: ValueId, channels = this.sizesOf(value)[1] ?? 1): BufferShape {
    const [batch = 1, , height = 1, width = 1] = this.sizesOf(value);
    return { channels, batch, height, width, block: this.block };
  }

  setPlain(value: ValueId, name: string): void {
    this.#plain.set(value, name);
  }

  setRows(value: ValueId, rows: Rows): void {
    this.#rows.set(value, rows);
  }

  setOrdered(value: ValueId, ordered: Ordered): void {
    this.#rows.set(value, rowsOf(ordered));
  }

  /** A new buffer, computed in some shape. */
  buffer(shape: BufferShape, name: string, as: View | readonly number[], origins?: readonly (RowOrigin | undefined)[]) {
    return new RowBuffer(this.writer, shape, { name, as: typeof as === "string" ? viewShape(shape, as) : as }, origins);
  }

  rows(value: ValueId): Rows {
    const known = this.#rows.get(value);
    if (known !== undefined) return known;
    const plain = this.#plain.get(value) ?? this.#fromLayout(value);
    invariant(plain !== undefined && this.canBeRows(value), `%${value} has no rows`);
    const shape = this.shapeFor(value);
    const rows = rowsOf({
      buffer: this.#blocked(plain, shape, this.typeOf(value).dtype),
      order: naturalOrder(shape.channels),
    });
    this.#rows.set(value, rows);
    return rows;
  }

  /** Channels before samples, then samples in blocks. */
  #blocked(plain: string, shape: BufferShape, dtype: DType): RowBuffer {
    const { channels, batch, height, width, block } = shape;
    const { writer } = this;
    if (height * width === 1) {
      const matrix = writer.reshape(plain, [batch, channels]);
      return this.buffer(shape, writer.one("Transpose", [matrix], { perm: [1, 0] }), "cells");
    }
    if (dtype === "bool") {
      // The kernel that reorders takes only floats.
      const apart = writer.reshape(plain, [batch / block, block, channels, height, width]);
      return this.buffer(shape, writer.one("Transpose", [apart], { perm: [2, 0, 3, 4, 1] }), "blocks");
    }
    const turned = channels === 1 ? plain : writer.one("Transpose", [plain], { perm: [1, 0, 2, 3] });
    const maps = writer.reshape(turned, [1, channels * batch, height, width]);
    return this.buffer(shape, writer.one(`${nchwcDomain}:ReorderInput`, [maps]), "maps");
  }

  setColumn(value: ValueId, column: Column): void {
    this.#columns.set(value, column);
  }

  /** The value as a column, if it is one in this layout. */
  columnIn(value: ValueId, layout: Layout): Column | undefined {
    const column = this.#columns.get(value);
    if (column === undefined) return undefined;
    const [order = naturalOrder(column.order.length)] = layout;
    return sameOrder(column.order, order) ? column : undefined;
  }

  /** Gives a column its own shape, once it is read alone. */
  #fromColumn(value: ValueId): void {
    const column = this.#columns.get(value);
    if (column === undefined || this.#laid.has(value) || this.#plain.has(value)) return;
    const { name, order, made } = column;
    this.setLaid(value, this.reshaped(made === undefined ? name : made.of(name), [order.length]), [order]);
  }

  #fromLayout(value: ValueId): string | undefined {
    this.#fromColumn(value);
    const laid = this.#laid.get(value);
    if (laid === undefined) return this.#plain.get(value);
    const made = laid.layout.reduce((name, order, axis) => this.putBack(name, order, axis), laid.name);
    this.#plain.set(value, made);
    return made;
  }

  /** Sets a value of which axis a has its entries in the order `layout[a]`. */
  setLaid(value: ValueId, name: string, layout: Layout): void {
    if (layout.every(isNatural)) this.#plain.set(value, name);
    else this.#laid.set(value, { name, layout });
  }

  /** The layout in which a value exists without a copy, if it is not the graph's. */
  laidOut(value: ValueId): Layout | undefined {
    const column = this.#columns.get(value);
    if (column !== undefined) return [column.order];
    return this.#laid.get(value)?.layout;
  }

  /** The value with its first axes in these orders. */
  inLayout(value: ValueId, layout: Layout): string {
    if (!this.layoutsAsked.has(value)) this.layoutsAsked.set(value, layout);
    this.#fromColumn(value);
    const laid = this.#laid.get(value);
    if (laid !== undefined && sameLayout(laid.layout, layout)) return laid.name;
    return layout.reduce((name, order, axis) => this.picked(name, order, axis), this.plain(value));
  }

  /** The value in the graph's own layout. */
  plain(value: ValueId): string {
    const known = this.#plain.get(value) ?? this.#fromLayout(value);
    if (known !== undefined) return known;
    const { channels, batch, height, width } = this.shapeFor(value);
    const { writer } = this;
    const buffer = this.store.inOrder(this.rows(value), naturalOrder(channels));
    let made: string;
    if (height * width === 1) {
      const turned = writer.one("Transpose", [buffer.as("cells")], { perm: [1, 0] });
      made = writer.reshape(turned, [batch, channels, 1, 1]);
    } else if (this.typeOf(value).dtype === "float32") {
      const maps = writer.one(`${nchwcDomain}:ReorderOutput`, [buffer.as("maps")], { channels: channels * batch });
      const apart = writer.reshape(maps, [channels, batch, height, width]);
      made = writer.one("Transpose", [apart], { perm: [1, 0, 2, 3] });
    } else {
      const turned = writer.one("Transpose", [buffer.as("blocks")], { perm: [1, 4, 0, 2, 3] });
      made = writer.reshape(turned, [batch, channels, height, width]);
    }
    this.#plain.set(value, made);
    return made;
  }

  /** The value's rows side by side, in the cheapest order. */
  together(value: ValueId): Ordered {
    return this.store.together(this.rows(value));
  }

  inOrder(value: ValueId, order: readonly number[]): RowBuffer {
    return this.store.inOrder(this.rows(value), order);
  }

  /** The best order for the rows of a convolution's result: the one that its readers need. */
  wishedOrder(value: ValueId): readonly number[] {
    const channels = this.sizesOf(value)[1] ?? 1;
    return orderByRequests(channels, this.#wishes.get(value) ?? []);
  }

  /** The order of another tensor's rows, so that its gradient can use them without a copy. */
  orderLike(other: ValueId | undefined, value: ValueId): readonly number[] {
    const isAlike = other !== undefined && this.sizesOf(other)[1] === this.sizesOf(value)[1];
    return isAlike && this.canBeRows(other) ? this.together(other).order : this.wishedOrder(value);
  }

  /** Origins of the rows of a convolution's result: they connect requests for these rows to the convolution. */
  originsOf(value: ValueId, order: readonly number[]): readonly RowOrigin[] {
    return order.map((channel) => ({ root: value, channel }));
  }

  /** Entries of a plain value along an axis, in an order: `result[r] = value[order[r]]`. */
  picked(name: string, order: readonly number[], axis = 0): string {
    return isNatural(order) ? name : this.someOf(name, order, axis);
  }

  /** The same for some of the entries: then even a natural order is not the whole value. */
  someOf(name: string, wanted: readonly number[], axis = 0): string {
    return this.writer.one("Gather", [name, this.writer.int64s(wanted)], { axis });
  }

  /** The inverse of {@link picked}: entry `order[r]` of the result is entry r. */
  putBack(name: string, order: readonly number[], axis = 0): string {
    return this.picked(name, inverse(order), axis);
  }

  /** The order of an operand whose rows are side by side already; otherwise the cheapest order of the first operand. */
  commonOrder(values: readonly ValueId[]): readonly number[] {
    const candidates = values.map((value) => this.rows(value));
    const whole = candidates.find((rows) => {
      const buffer = rows[0]?.buffer;
      return buffer?.shape.channels === rows.length && rows.every((place) => place.buffer === buffer);
    });
    const chosen = whole ?? candidates[0];
    invariant(chosen !== undefined, "rows of nothing");
    return this.store.together(chosen).order;
  }

  reshaped(name: string, sizes: readonly number[]): string {
    return this.writer.reshape(name, sizes);
  }
}
