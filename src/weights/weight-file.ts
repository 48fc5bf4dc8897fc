import type { Diagnostic } from "../diagnostics/diagnostic.js";

/** A tensor of a weight file; its values are converted when asked for. */
export interface StoredTensor {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  /** The values as float32, possibly a view of the file's bytes; absent where the dtype cannot become float32. */
  readonly float32: (() => Float32Array) | undefined;
}

/** A tensor whose values can be had. */
export interface ReadableTensor extends StoredTensor {
  readonly float32: () => Float32Array;
}

/** Named tensors: a whole safetensors file, or one state_dict of a checkpoint. */
export interface WeightFile<T extends StoredTensor = StoredTensor> {
  /** What messages call it: the path as the user wrote it. */
  readonly file: string;
  /** Where in the file the tensors stand: a checkpoint's key ("state_dict", "ema.model"); "" for the whole. */
  readonly entry: string;
  /** In the order in which the file holds them. */
  readonly tensors: ReadonlyMap<string, T>;
  readonly metadata: ReadonlyMap<string, string>;
  /** Other places of the same checkpoint that hold a moving average of weights, by their keys; of a checkpoint only. */
  readonly averages?: readonly string[];
}

export type ReadResult<T> =
  | { readonly kind: "read"; readonly value: T }
  | { readonly kind: "refused"; readonly diagnostics: readonly Diagnostic[] };

export const refuse = (...diagnostics: readonly Diagnostic[]) => ({ kind: "refused", diagnostics }) as const;

/** Names come from the file: a hostile one must not fill the screen. */
export const shown = (text: string): string => (text.length > 200 ? `${text.slice(0, 200)}...` : text);
