/** The values in a pickle of weights, as inert data: none of them is ever called. */

/** The element type of a storage, by its safetensors name, or PyTorch's if there is none. */
export interface StorageType {
  readonly dtype: string;
  readonly elementBytes: number;
}

/** Elements stored elsewhere in the file, under this key. */
export interface StorageValue extends StorageType {
  readonly kind: "storage";
  readonly key: string;
  readonly elements: number;
}

/** A view of a storage by sizes and strides, all in elements; inside the storage. */
export interface TensorValue {
  readonly kind: "tensor";
  readonly storage: StorageValue;
  readonly dtype: string;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}

export interface SequenceValue {
  readonly kind: "list" | "tuple" | "set";
  readonly items: PickleValue[];
}

export interface DictValue {
  readonly kind: "dict";
  readonly entries: Map<PickleValue, PickleValue>;
}

/** A Python name of the allow-list: `torch.FloatStorage`. */
export interface GlobalValue {
  readonly kind: "global";
  readonly name: string;
}

/** A value that weights do not depend on: bytes, a device. */
export interface OpaqueValue {
  readonly kind: "opaque";
}

export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | StorageValue
  | TensorValue
  | SequenceValue
  | DictValue
  | GlobalValue
  | OpaqueValue;

export const opaque: OpaqueValue = { kind: "opaque" };

/** The kind of an object, or JavaScript's type name. */
export const kindOf = (value: PickleValue | undefined): string =>
  typeof value === "object" && value !== null ? value.kind : value === null ? "none" : typeof value;

export const isTensor = (value: PickleValue | undefined): value is TensorValue => kindOf(value) === "tensor";
export const isStorage = (value: PickleValue | undefined): value is StorageValue => kindOf(value) === "storage";
export const isDict = (value: PickleValue | undefined): value is DictValue => kindOf(value) === "dict";
export const isGlobal = (value: PickleValue | undefined): value is GlobalValue => kindOf(value) === "global";
export const isSequence = (value: PickleValue | undefined): value is SequenceValue =>
  ["list", "tuple", "set"].includes(kindOf(value));
