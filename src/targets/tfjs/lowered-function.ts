/** A graph as kernel calls without state: weights are constants. */
import type { Call, Constant, KernelCall, TfjsPort } from "../../ops/tfjs/calls.js";
import type { KernelName } from "../../ops/tfjs/kernel-signatures.js";
import { type GraphConstants, type GraphNode, kernelForms, type NoGraphNode } from "./kernel-forms.js";

export interface LoweredFunction {
  readonly calls: readonly Call[];
  readonly constants: readonly Constant[];
  readonly inputs: readonly TfjsPort[];
  readonly outputs: readonly TfjsPort[];
}

/** Why a function cannot be written in this form, with a line for each call that prevents it. */
export interface Unwritable {
  readonly unwritable: readonly string[];
}

/** The form of any kernel, its type erased. */
interface AnyForm {
  readonly node: ((inputs: unknown, attributes: unknown, constants: GraphConstants) => GraphNode) | NoGraphNode;
  readonly print: (inputs: unknown, attributes: unknown) => string;
}

export const formOf = (name: KernelName): AnyForm => kernelForms[name] as unknown as AnyForm;

/** The inputs as a form takes them, each as text. */
export const namedInputs = ({ names, inputs }: KernelCall, of: (register: number) => string): unknown =>
  names === undefined ? inputs.map(of) : Object.fromEntries(names.map((name, i) => [name, of(inputs[i] as number)]));

/** The line for a call of one of libtensorflow's own ops. */
export const nativeRefusal = (name: string): string =>
  `${name} is an op of libtensorflow: only tfjs-node runs it, no GraphModel and no function of tf has it`;
