/** Calls of kernels over registers, as lowerings write them: what engines run and targets write down. */
import type { NativeAttribute, Register, Ways } from "./builder.js";
import type { CalledOp, KernelName } from "./kernel-signatures.js";

export type KernelAttribute = number | boolean | string | readonly number[] | readonly (readonly number[])[];

/** A kernel that TensorFlow.js has a name for: every backend may have one. */
export interface KernelCall {
  readonly kind: "kernel";
  readonly name: KernelName;
  readonly inputs: readonly Register[];
  /** The names of the inputs; undefined where the kernel takes a list. */
  readonly names: readonly string[] | undefined;
  readonly attributes: Readonly<Record<string, KernelAttribute>>;
  readonly outputs: readonly Register[];
  /** Where in the source the node stands that needed it first; undefined where none did. */
  readonly path: string | undefined;
}

/** An op of libtensorflow that TensorFlow.js has no kernel for, or a slower one. */
export interface NativeCall {
  readonly kind: "native";
  readonly name: CalledOp;
  readonly inputs: readonly Register[];
  readonly attributes: Readonly<Record<string, NativeAttribute>>;
  readonly outputs: readonly Register[];
  /** Where in the source the node stands that needed it first; undefined where none did. */
  readonly path: string | undefined;
}

/** A kernel that some backends lack, in a program for any of them: each takes one of the ways. */
export interface ChoiceCall {
  readonly kind: "choice";
  readonly name: KernelName;
  readonly ways: Ways;
  readonly inputs: readonly Register[];
  readonly outputs: readonly Register[];
  /** Where in the source the node stands that needed it first; undefined where none did. */
  readonly path: string | undefined;
}

export type Call = KernelCall | NativeCall | ChoiceCall;

export interface Constant {
  readonly register: Register;
  readonly values: Float32Array | Int32Array;
  /** The numbers that are meant, where float32 rounds them: a proof in double precision computes with these. */
  readonly exact?: Float64Array | undefined;
  readonly shape: readonly number[];
  /** Of a weight; what lowerings make has none. */
  readonly name?: string;
}

/** A tensor that goes in or comes out under a name. */
export interface TfjsPort {
  readonly name: string;
  readonly register: Register;
  readonly shape: readonly number[];
  /** Truth values go in and out as 1 and 0. */
  readonly isBool: boolean;
}
