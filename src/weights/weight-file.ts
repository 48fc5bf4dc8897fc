import type { Diagnostic } from "../diagnostics/diagnostic.js";

/** A tensor of a weight file; its values are converted on demand. */
export interface StoredTensor {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  /** The values as float32, possibly a view of the file's bytes; absent if the dtype cannot be converted. */
  readonly float32: (() => Float32Array) | undefined;
}

/** A tensor with readable values. */
export interface ReadableTensor extends StoredTensor {
  readonly float32: () => Float32Array;
}

/** Named tensors: a whole safetensors file, or one state_dict of a checkpoint. */
export interface WeightFile<T extends StoredTensor = StoredTensor> {
  /** Its name in messages: the path as the user wrote it. */
  readonly file: string;
  /** The tensors' place in the file: a checkpoint's key ("state_dict", "ema.model"); "" for the whole. */
  readonly entry: string;
  /** In the file's order. */
  readonly tensors: ReadonlyMap<string, T>;
  readonly metadata: ReadonlyMap<string, string>;
  /** Keys of the same checkpoint that contain a moving average of weights; only for checkpoints. */
  readonly averages?: readonly string[];
}

export type ReadResult<T> =
  | { readonly kind: "read"; readonly value: T }
  | { readonly kind: "refused"; readonly diagnostics: readonly Diagnostic[] };

export const refuse = (...diagnostics: readonly Diagnostic[]) => ({ kind: "refused", diagnostics }) as const;

/** Names come from the file: a hostile one must not fill the screen. */
export const shown = (text: string): string => (text.length > 200 ? `${text.slice(0, 200)}...` : text);
