import type { Dim, TensorType } from "../ir/shape.js";

/** What an op does to one axis of an input. "Place": a position along the axis. */
export interface AxisMove {
  /** The axis of the result that has these places; undefined if none has, because every element sees all of them. */
  readonly to: number | undefined;
  /** How many neighbours along the axis one element of the result sees. */
  readonly seen: number | "all";
  /** The stride: places of the input between neighbouring elements of the result; below 1 if the result is longer. */
  readonly step: number;
  /**
   * Whether all places are treated alike, if the axis keeps its size and holds nothing else: permuting them permutes the
   * results in the same way.
   */
  readonly isAlike: boolean;
}

/**
 * What an op does to positions: for each input (inputs beyond the list do not matter), a move for each axis. `"same order"`:
 * one input, whose elements keep their row-major order under other sizes.
 */
export type Spatial = "same order" | AxisMoves;

/** For each input, a move for each axis. */
export type AxisMoves = readonly (readonly AxisMove[])[];

/** Each place by itself: the receptive field does not change. */
export const stays = (to: number): AxisMove => ({ to, seen: 1, step: 1, isAlike: true });

/** Each place of the result sees the whole axis. */
export const mixed = (to: number): AxisMove => ({ to, seen: "all", step: 1, isAlike: false });

/** The same, but the order of the places does not matter (softmax along this axis). */
export const mixedAlike = (to: number): AxisMove => ({ ...mixed(to), isAlike: true });

/** The axis is reduced. */
export const gone: AxisMove = { to: undefined, seen: "all", step: 1, isAlike: false };

/** A window of `seen` neighbours with stride `step`. */
export const sliding = (to: number, seen: number, step: number): AxisMove => ({ to, seen, step, isAlike: false });

/** Transposed: each place writes `span` cells, `stride` apart, so several overlap at one cell. */
export const stamped = (to: number, span: number, stride: number): AxisMove =>
  sliding(to, Math.ceil(span / stride), 1 / stride);

const rankOf = (type: TensorType | undefined): number => type?.shape.length ?? 0;

const sizeAt = (type: TensorType | undefined, axis: number): Dim => type?.shape[axis] ?? 1;

/** Aligns the axes from the end, as in broadcasting; an axis of size 1 that is repeated is seen from everywhere. */
function broadcast(input: TensorType, output: TensorType | undefined): readonly AxisMove[] {
  const shift = rankOf(output) - rankOf(input);
  return input.shape.map((dim, axis) => (dim === 1 && sizeAt(output, axis + shift) !== 1 ? gone : stays(axis + shift)));
}

/** Element-wise with broadcasting: each cell by itself. */
export const cellByCell = (inputs: readonly TensorType[], [output]: readonly TensorType[]): AxisMoves =>
  inputs.map((input) => broadcast(input, output));

/** The axes stay; `moves` returns a move for those that do not go place by place. */
export const alongAxes = (
  inputs: readonly TensorType[],
  moves: (axis: number, input: TensorType) => AxisMove | undefined,
): AxisMoves => inputs.map((input) => input.shape.map((_, axis) => moves(axis, input) ?? stays(axis)));

/** All places are lost: each element of the result sees everything. */
export const everywhere = (inputs: readonly TensorType[]): AxisMoves => alongAxes(inputs, () => gone);

/** Channels (axis 1) of a convolution: each by itself if depthwise; otherwise new channels that see all old ones. */
const channelMove = (groups: number, from: Dim, to: Dim): AxisMove =>
  groups === from && from === to ? stays(1) : gone;

/** A map [N, C, H, W] whose channels are mixed by a convolution; `move` describes rows and columns. */
export const convolved = (
  [input]: readonly TensorType[],
  [output]: readonly TensorType[],
  groups: number,
  move: (axis: 0 | 1) => AxisMove,
): AxisMoves => [[stays(0), channelMove(groups, sizeAt(input, 1), sizeAt(output, 1)), move(0), move(1)]];

/** A map [N, C, H, W] with each channel by itself; `move` describes rows and columns. */
export const pooled = (move: (axis: 0 | 1) => AxisMove): AxisMoves => [[stays(0), stays(1), move(0), move(1)]];

/** Whether each element of this input only affects the element at the same place of a result of the same shape. */
export const isPlaceByPlace = (moves: Spatial, input: number): boolean =>
  moves !== "same order" &&
  moves[input]?.every(({ to, seen, step }, axis) => to === axis && seen === 1 && step === 1) === true;
