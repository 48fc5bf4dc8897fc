/** What a file with preprocessing inside does with pictures, as data: it is made in `deploy/`, which knows how predict does it. */
import type { Problem } from "../../../diagnostics/diagnostic.js";
import type { Graph } from "../../../ir/graph.js";
import type { Evaluation } from "../../../recipe/evaluations.js";
import type { PictureInput, PictureNames } from "../metadata.js";
import { NameScope } from "../names.js";

/** One pass of a resize: each target position is `(half + sum of weights * bytes) >> fractionBits`. */
export interface PicturePass {
  readonly along: "columns" | "rows";
  /** Target positions, and source positions of each: `indices` and `weights` have `target * taps` numbers, row by row. */
  readonly target: number;
  readonly taps: number;
  readonly indices: readonly number[];
  readonly weights: Int32Array;
}

export interface PictureSize {
  readonly height: number;
  readonly width: number;
}

export interface Preprocessing {
  /** Of the pictures that the file takes. */
  readonly size: PictureSize;
  /** In order; none if the network takes pictures of this size. */
  readonly passes: readonly PicturePass[];
  readonly fractionBits: number;
  /** The normalised number of each byte of red, then of green, then of blue: 768. */
  readonly table: Float32Array;
  /** Each is a picture of the network's size; the answer is the mean of their probabilities. */
  readonly views: readonly ("as it is" | "mirrored")[];
}

/** A picture of three bytes per pixel, row by row. */
export interface BytePicture extends PictureSize {
  readonly pixels: Uint8Array;
}

/** A network's logits [count, classes] of a float32 batch [count, 3, height, width]. */
export type RunNetwork = (batch: Float32Array, count: number) => Promise<Float32Array | Problem>;

/** How `predict` treats pictures: what a file must do to give the same numbers. */
export interface Preprocessor {
  /** For a network with this picture input, evaluated so. */
  plan(picture: PictureInput, evaluation: Evaluation): Preprocessing | Problem;
  /** The probabilities of `predict`, picture by picture, if `run` is the network. */
  answers(
    images: readonly BytePicture[],
    network: { readonly picture: PictureInput; readonly evaluation: Evaluation; readonly run: RunNetwork },
  ): Promise<ArrayLike<number> | Problem>;
}

/** A network with its preprocessing. */
export interface PictureModel extends Preprocessing {
  /** Of the network alone. */
  readonly picture: PictureInput;
  readonly names: PictureNames;
}

/** The names for a network with one input and one output; the output's says that it is no longer logits. */
export function pictureNames({ inputs, outputs }: Graph): PictureNames {
  const scope = new NameScope();
  const input = scope.take(inputs[0]?.name ?? "image");
  const output = scope.take("probabilities");
  return {
    input,
    output,
    networkInput: scope.take(`${input}.prepared`),
    networkOutput: scope.take(outputs[0]?.name ?? "logits"),
  };
}
