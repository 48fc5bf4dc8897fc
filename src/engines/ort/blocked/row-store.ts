import type { ValueId } from "../../../ir/graph.js";
import type { ModelWriter } from "../model-writer.js";
import {
  type BufferShape,
  cellsOf,
  isNatural,
  naturalOrder,
  type Ordered,
  RowBuffer,
  type RowOrigin,
  type RowPlace,
  type Rows,
  sameOrder,
  viewShape,
} from "./buffer.js";

/** Channels of one root that a lowering needed side by side. */
export type RowRequests = Map<ValueId, (readonly number[])[]>;

/** Consecutive rows of one buffer. */
interface Run {
  readonly buffer: RowBuffer;
  readonly from: number;
  count: number;
}

/** More runs than this are ordered by one Gather. */
const mostRuns = 8;

function runsOf(places: readonly RowPlace[]): readonly Run[] {
  const runs: Run[] = [];
  for (const { buffer, row } of places) {
    const last = runs.at(-1);
    if (last !== undefined && last.buffer === buffer && last.from + last.count === row) last.count++;
    else runs.push({ buffer, from: row, count: 1 });
  }
  return runs;
}

/** Adjacent places in the same buffer, in any order: they are fetched at once. */
function sharesOf(places: readonly RowPlace[]): readonly (readonly RowPlace[])[] {
  const shares: RowPlace[][] = [];
  for (const place of places) {
    const last = shares.at(-1);
    if (last?.[0]?.buffer === place.buffer) last.push(place);
    else shares.push([place]);
  }
  return shares;
}

const isWhole = ({ buffer, from, count }: Run): boolean => from === 0 && count === buffer.shape.channels;

/** Places rows side by side in memory, and records which ones were needed together. */
export class RowStore {
  readonly requests: RowRequests = new Map();
  readonly #writer: ModelWriter;
  readonly #numbers = new Map<RowBuffer, number>();
  readonly #gathered = new Map<string, RowBuffer>();

  constructor(writer: ModelWriter) {
    this.#writer = writer;
  }

  #numberOf(buffer: RowBuffer): number {
    const known = this.#numbers.get(buffer);
    if (known !== undefined) return known;
    this.#numbers.set(buffer, this.#numbers.size);
    return this.#numbers.size - 1;
  }

  /** The rows in the cheapest order. */
  together(rows: Rows): Ordered {
    for (const { buffer } of rows) this.#numberOf(buffer);
    const order = [...naturalOrder(rows.length)].sort((a, b) => {
      const [left, right] = [rows[a] as RowPlace, rows[b] as RowPlace];
      return this.#numberOf(left.buffer) - this.#numberOf(right.buffer) || left.row - right.row;
    });
    return { buffer: this.#join(order.map((channel) => rows[channel] as RowPlace)), order };
  }

  /** The rows in this order: row r is channel `order[r]`. */
  inOrder(rows: Rows, order: readonly number[]): RowBuffer {
    const places = order.map((channel) => rows[channel] as RowPlace);
    if (runsOf(places).length <= mostRuns) return this.#join(places);
    const any = this.together(rows);
    if (sameOrder(any.order, order)) return any.buffer;
    const rowOf = new Map(any.order.map((channel, row) => [channel, row]));
    const indices = order.map((channel) => rowOf.get(channel) as number);
    return this.#gather(any.buffer, indices);
  }

  #gather(buffer: RowBuffer, indices: readonly number[]): RowBuffer {
    this.#request(indices.map((row) => ({ buffer, row })));
    const view = buffer.prefers(["cells", "blocks"]) ?? "cells";
    const name = this.#writer.one("Gather", [buffer.as(view), this.#writer.int64s(indices)], { axis: 0 });
    const shape = { ...buffer.shape, channels: indices.length };
    const origins = indices.map((row) => buffer.origins[row]);
    return new RowBuffer(this.#writer, shape, { name, as: viewShape(shape, view) }, origins);
  }

  #request(places: readonly RowPlace[]): void {
    const wanted = new Map<ValueId, number[]>();
    for (const { buffer, row } of places) {
      const origin = buffer.origins[row];
      if (origin === undefined) continue;
      const channels = wanted.get(origin.root) ?? [];
      channels.push(origin.channel);
      wanted.set(origin.root, channels);
    }
    for (const [root, channels] of wanted) {
      const all = this.requests.get(root) ?? [];
      all.push(channels);
      this.requests.set(root, all);
    }
  }

  #join(places: readonly RowPlace[]): RowBuffer {
    const runs = runsOf(places);
    const [first] = runs;
    if (first !== undefined && runs.length === 1 && isWhole(first)) return first.buffer;
    const key = runs.map(({ buffer, from, count }) => `${this.#numberOf(buffer)}:${from}+${count}`).join(" ");
    const known = this.#gathered.get(key);
    if (known !== undefined) return known;
    this.#request(places);
    const made = this.#joinRuns(places, runs);
    this.#gathered.set(key, made);
    return made;
  }

  #joinRuns(places: readonly RowPlace[], runs: readonly Run[]): RowBuffer {
    const { buffer } = places[0] as RowPlace;
    if (runs.length > 1 && runs.every((run) => run.buffer === buffer)) {
      return this.#gather(
        buffer,
        places.map(({ row }) => row),
      );
    }
    const parts = sharesOf(places).map((share) => this.#picked(share));
    const shape: BufferShape = { ...buffer.shape, channels: places.length };
    const name = parts.length === 1 ? (parts[0] as string) : this.#writer.one("Concat", parts, { axis: 0 });
    const origins = places.map((place): RowOrigin | undefined => place.buffer.origins[place.row]);
    return new RowBuffer(this.#writer, shape, { name, as: [places.length, cellsOf(shape)] }, origins);
  }

  #picked(share: readonly RowPlace[]): string {
    const { buffer } = share[0] as RowPlace;
    const [run, ...others] = runsOf(share);
    if (run !== undefined && others.length === 0 && isWhole(run)) return buffer.as("cells");
    // For consecutive rows a Slice would do, but it copies with one thread.
    const rows = share.map(({ row }) => row);
    return this.#writer.one("Gather", [buffer.as("cells"), this.#writer.int64s(rows)], { axis: 0 });
  }
}

/** An order in which the channels of every request are side by side where possible; earlier requests have priority. */
export function orderByRequests(channels: number, requests: readonly (readonly number[])[]): readonly number[] {
  const memberships = Array.from({ length: channels }, (): number[] => []);
  for (const [index, request] of requests.entries()) {
    if (request.length === channels) continue;
    for (const channel of request) memberships[channel]?.push(index);
  }
  const order = [...naturalOrder(channels)].sort((a, b) => {
    const [left, right] = [memberships[a] as number[], memberships[b] as number[]];
    for (let i = 0; i < Math.max(left.length, right.length); i++) {
      const difference = (left[i] ?? Number.POSITIVE_INFINITY) - (right[i] ?? Number.POSITIVE_INFINITY);
      if (difference !== 0 && !Number.isNaN(difference)) return difference;
    }
    return a - b;
  });
  return isNatural(order) ? naturalOrder(channels) : order;
}
