/*
 * The blocked layout. A map [N, C, H, W] is stored as [C, N/B, H, W, B] with B samples innermost, B the machine's block size.
 * Without a copy, a buffer is also
 *   a matrix [C, M], M = N * H * W, for products and everything that is per channel;
 *   a map of C * N channels in the layout of ONNX Runtime's NCHWc kernels, for depthwise convolutions and pools.
 * The rows of a buffer are channels in any order: a tensor records for each of its channels the buffer and the row, so that
 * splits, joins and shuffles of channels cost nothing until the rows are needed side by side.
 */
import type { ValueId } from "../../../ir/graph.js";
import type { ModelWriter } from "../model-writer.js";

/** Sizes of a map [N, C, H, W] besides its channels. */
export interface MapSize {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
}

export const cellsOf = ({ batch, height, width }: MapSize): number => batch * height * width;

/** The convolution that computes a row: it may compute its rows in any order. */
export interface RowOrigin {
  readonly root: ValueId;
  readonly channel: number;
}

/**
 * The shapes of a buffer: `cells` is [C, M], `sequence` [1, C, M], `vectors` [C, 1, M], `maps` [1, C * N, H, W], `lanes`
 * [1, C * B, N/B * H, W] (the same as `maps` to 1x1 kernels, with fewer filters), `blocks` [C, N/B, H, W, B].
 */
export type View = "cells" | "sequence" | "vectors" | "maps" | "lanes" | "blocks";

export interface BufferShape extends MapSize {
  readonly channels: number;
  readonly block: number;
}

export function viewShape({ channels, batch, height, width, block }: BufferShape, view: View): readonly number[] {
  switch (view) {
    case "cells":
      return [channels, batch * height * width];
    case "sequence":
      return [1, channels, batch * height * width];
    case "vectors":
      return [channels, 1, batch * height * width];
    case "maps":
      return [1, channels * batch, height, width];
    case "lanes":
      return [1, channels * block, (batch / block) * height, width];
    case "blocks":
      return [channels, batch / block, height, width, block];
  }
}

/** Rows side by side in memory, in as many shapes as are needed. */
export class RowBuffer {
  readonly shape: BufferShape;
  readonly origins: readonly (RowOrigin | undefined)[];
  readonly #writer: ModelWriter;
  readonly #names = new Map<string, string>();
  readonly #first: string;

  constructor(
    writer: ModelWriter,
    shape: BufferShape,
    made: { readonly name: string; readonly as: readonly number[] },
    origins: readonly (RowOrigin | undefined)[] = [],
  ) {
    this.#writer = writer;
    this.shape = shape;
    this.origins = origins;
    this.#first = made.name;
    this.#names.set(made.as.join(","), made.name);
  }

  as(view: View): string {
    return this.reshaped(viewShape(this.shape, view));
  }

  /** The buffer in any shape with the same number of elements. */
  reshaped(sizes: readonly number[]): string {
    const key = sizes.join(",");
    let name = this.#names.get(key);
    if (name === undefined) {
      name = this.#writer.reshape(this.#first, sizes);
      this.#names.set(key, name);
    }
    return name;
  }

  /** The first of these views that already exists, if any: it saves a node. */
  prefers(views: readonly View[]): View | undefined {
    return views.find((view) => this.#names.has(viewShape(this.shape, view).join(",")));
  }
}

/** The place of one channel of a tensor. */
export interface RowPlace {
  readonly buffer: RowBuffer;
  readonly row: number;
}

/** The channels of a tensor, in their order. */
export type Rows = readonly RowPlace[];

/** A buffer with the order of its rows: row r is the tensor's channel `order[r]`. */
export interface Ordered {
  readonly buffer: RowBuffer;
  readonly order: readonly number[];
}

export function rowsOf({ buffer, order }: Ordered): Rows {
  const rows = new Array<RowPlace>(order.length);
  for (const [row, channel] of order.entries()) rows[channel] = { buffer, row };
  return rows;
}

export const isNatural = (order: readonly number[]): boolean => order.every((channel, row) => channel === row);

export const naturalOrder = (channels: number): readonly number[] => Array.from({ length: channels }, (_, i) => i);

export const sameOrder = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((channel, row) => channel === b[row]);

/** The index of each channel in an order. */
export function inverse(order: readonly number[]): readonly number[] {
  const places = new Array<number>(order.length);
  for (const [row, channel] of order.entries()) places[channel] = row;
  return places;
}
