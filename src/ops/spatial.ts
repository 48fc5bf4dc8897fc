import type { Dim, TensorType } from "../ir/shape.js";

/** What becomes of one axis of an input in an op's results. */
export interface AxisMove {
  /** The result's axis on which its places lie; undefined where they lie on none, and every element sees all of them. */
  readonly to: number | undefined;
  /** Neighbours along the axis that one element of the result sees. */
  readonly seen: number | "all";
  /** Places of the input from one element of the result to the next: a stride; below 1 where the result is longer. */
  readonly step: number;
  /**
   * Whether all places are treated alike, as far as the axis keeps its size and nothing else lies along it: reordered, they give
   * the same results in that order.
   */
  readonly isAlike: boolean;
}

/**
 * How an op moves through space: of each input (in their order; those beyond the list do not matter) what becomes of each
 * axis. `"same order"`: of one input, whose elements keep their row-major order under other sizes.
 */
export type Spatial = "same order" | AxisMoves;

/** Of each input what becomes of each axis. */
export type AxisMoves = readonly (readonly AxisMove[])[];

/** Place by place. */
export const stays = (to: number): AxisMove => ({ to, seen: 1, step: 1, isAlike: true });

/** Each place of the result sees the whole axis. */
export const mixed = (to: number): AxisMove => ({ to, seen: "all", step: 1, isAlike: false });

/** The same, and no place's number in the row matters (softmax). */
export const mixedAlike = (to: number): AxisMove => ({ ...mixed(to), isAlike: true });

/** The axis is summed away. */
export const gone: AxisMove = { to: undefined, seen: "all", step: 1, isAlike: false };

/** A window of `seen` neighbours, every `step`. */
export const sliding = (to: number, seen: number, step: number): AxisMove => ({ to, seen, step, isAlike: false });

/** Each place leaves a stamp of `span` cells, `stride` apart: so many of them overlap at one cell. */
export const stamped = (to: number, span: number, stride: number): AxisMove =>
  sliding(to, Math.ceil(span / stride), 1 / stride);

const rankOf = (type: TensorType | undefined): number => type?.shape.length ?? 0;

const sizeAt = (type: TensorType | undefined, axis: number): Dim => type?.shape[axis] ?? 1;

/** Axes of an input counted from the end, as broadcasting pairs them; a single place that is repeated lies everywhere. */
function broadcast(input: TensorType, output: TensorType | undefined): readonly AxisMove[] {
  const shift = rankOf(output) - rankOf(input);
  return input.shape.map((dim, axis) => (dim === 1 && sizeAt(output, axis + shift) !== 1 ? gone : stays(axis + shift)));
}

/** Element by element, with broadcasting: each cell by itself. */
export const cellByCell = (inputs: readonly TensorType[], [output]: readonly TensorType[]): AxisMoves =>
  inputs.map((input) => broadcast(input, output));

/** The axes stay; `moves` says which of them do not go place by place. */
export const alongAxes = (
  inputs: readonly TensorType[],
  moves: (axis: number, input: TensorType) => AxisMove | undefined,
): AxisMoves => inputs.map((input) => input.shape.map((_, axis) => moves(axis, input) ?? stays(axis)));

/** All inputs lose their places: each element of the result sees everything. */
export const everywhere = (inputs: readonly TensorType[]): AxisMoves => alongAxes(inputs, () => gone);

/** Channels (axis 1) of a convolution: each by itself where it is depthwise, else new ones that see all there were. */
const channelMove = (groups: number, from: Dim, to: Dim): AxisMove =>
  groups === from && from === to ? stays(1) : gone;

/** A map [N, C, H, W] whose channels a convolution mixes and whose rows and columns move as told. */
export const convolved = (
  [input]: readonly TensorType[],
  [output]: readonly TensorType[],
  groups: number,
  move: (axis: 0 | 1) => AxisMove,
): AxisMoves => [[stays(0), channelMove(groups, sizeAt(input, 1), sizeAt(output, 1)), move(0), move(1)]];

/** A map [N, C, H, W] whose rows and columns move as told, each channel by itself. */
export const pooled = (move: (axis: 0 | 1) => AxisMove): AxisMoves => [[stays(0), stays(1), move(0), move(1)]];

/** Whether each element of this input meets the element at the same place of a result that has its shape. */
export const isPlaceByPlace = (moves: Spatial, input: number): boolean =>
  moves !== "same order" &&
  moves[input]?.every(({ to, seen, step }, axis) => to === axis && seen === 1 && step === 1) === true;
