/** Evaluates a lowered function in double precision, without TensorFlow.js. */
import { invariant } from "../../../diagnostics/invariant.js";
import type { Tensor } from "../../../ops/contracts.js";
import type { Register } from "../../../ops/tfjs/builder.js";
import type { KernelCall } from "../../../ops/tfjs/calls.js";
import type { LoweredFunction } from "../lowered-function.js";
import { kernelValues, type NotInInference } from "./kernel-values.js";

/** The implementation of any kernel, its type erased. */
type AnyValue = ((inputs: unknown, attributes: unknown) => Tensor | readonly Tensor[]) | NotInInference;

/** Called after every kernel call, for progress: a large network takes a while. */
export type WatchCall = (call: KernelCall) => void;

const isList = (made: Tensor | readonly Tensor[]): made is readonly Tensor[] => Array.isArray(made);

function run(call: KernelCall, inputs: readonly Tensor[]): readonly Tensor[] {
  const value = kernelValues[call.name] as unknown as AnyValue;
  invariant(typeof value === "function", `${call.name} at ${call.path} is no kernel of inference`);
  const { names, attributes } = call;
  const named = names === undefined ? inputs : Object.fromEntries(names.map((name, i) => [name, inputs[i]]));
  const made = value(named, attributes);
  return isList(made) ? made : [made];
}

/** Inputs and outputs are named as the function's ports; maps are channels last. */
export function evaluateFunction(
  { calls, constants, inputs, outputs }: LoweredFunction,
  feed: Readonly<Record<string, Tensor>>,
  watch: WatchCall = () => {},
): Record<string, Tensor> {
  const tensors = new Map<Register, Tensor>();
  const at = (register: Register): Tensor => {
    const tensor = tensors.get(register);
    invariant(tensor !== undefined, `register ${register} is read before it is made`);
    return tensor;
  };
  for (const { name, register } of inputs) tensors.set(register, feed[name] as Tensor);
  for (const { register, values, exact, shape } of constants) {
    tensors.set(register, { shape, data: exact ?? Float64Array.from(values) });
  }
  const last = new Map<Register, number>();
  for (const [i, call] of calls.entries()) for (const register of call.inputs) last.set(register, i);
  for (const { register } of outputs) last.set(register, calls.length);
  for (const [i, call] of calls.entries()) {
    invariant(call.kind === "kernel", `${call.name} at ${call.path} is no kernel`);
    const made = run(call, call.inputs.map(at));
    for (const [k, register] of call.outputs.entries()) tensors.set(register, made[k] as Tensor);
    for (const register of [...call.inputs, ...call.outputs])
      if ((last.get(register) ?? -1) <= i) tensors.delete(register);
    watch(call);
  }
  return Object.fromEntries(outputs.map(({ name, register }) => [name, at(register)]));
}
