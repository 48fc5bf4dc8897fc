/** Kernel calls over registers: lowerings write them, engines run them, targets print them. */
import type { NativeAttribute, Register } from "./builder.js";
import type { CalledOp, KernelName } from "./kernel-signatures.js";
import type { LackableKernel, LackableKernels } from "./lacking-kernels.js";

export type KernelAttribute = number | boolean | string | readonly number[] | readonly (readonly number[])[];

/** A kernel that TensorFlow.js has a name for; not every backend implements it. */
export interface KernelCall {
  readonly kind: "kernel";
  readonly name: KernelName;
  readonly inputs: readonly Register[];
  /** The names of the inputs; undefined if the kernel takes a list. */
  readonly names: readonly string[] | undefined;
  readonly attributes: Readonly<Record<string, KernelAttribute>>;
  readonly outputs: readonly Register[];
  /** The source path of the node that first needed this call, if there is one. */
  readonly path: string | undefined;
}

/** An op of libtensorflow for which TensorFlow.js has no kernel, or only a slower one. */
export interface NativeCall {
  readonly kind: "native";
  readonly name: CalledOp;
  readonly inputs: readonly Register[];
  readonly attributes: Readonly<Record<string, NativeAttribute>>;
  readonly outputs: readonly Register[];
  /** The source path of the node that first needed this call, if there is one. */
  readonly path: string | undefined;
}

/** A kernel that some backends lack, in a program for all backends: each uses one of the two forms. */
export interface ChoiceCall {
  readonly kind: "choice";
  readonly name: LackableKernel;
  /** The names of the kernel's inputs, which are the first of `inputs`. */
  readonly names: readonly string[];
  readonly attributes: Readonly<Record<string, KernelAttribute>>;
  readonly about: LackableKernels[LackableKernel];
  readonly inputs: readonly Register[];
  readonly outputs: readonly Register[];
  /** The place in the source of the node that needed it first; undefined if none did. */
  readonly path: string | undefined;
}

export type Call = KernelCall | NativeCall | ChoiceCall;

export interface Constant {
  readonly register: Register;
  readonly values: Float32Array | Int32Array;
  /** The values before rounding to float32; a verification in double precision uses these. */
  readonly exact?: Float64Array | undefined;
  readonly shape: readonly number[];
  /** The name, if this is a weight; constants of lowerings have none. */
  readonly name?: string;
}

/** A named input or output tensor. */
export interface TfjsPort {
  readonly name: string;
  readonly register: Register;
  readonly shape: readonly number[];
  /** Booleans are passed in and out as 1 and 0. */
  readonly isBool: boolean;
}
