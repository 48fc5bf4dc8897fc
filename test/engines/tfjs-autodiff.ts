/** A step's gradients by TensorFlow.js' own differentiation of the forward part, printed as calls of `tf`. */
import type { Values } from "../../src/engines/engine.js";
import type { Graph } from "../../src/ir/graph.js";
import { packState, unpackState } from "../../src/step/packed-state.js";
import { compileStep } from "../../src/targets/tfjs/compile.js";
import { printFunction } from "../../src/targets/tfjs/print-function.js";
import { forwardOf, type StepFeed } from "./step-networks.js";

type Tf = typeof import("@tensorflow/tfjs-core");
type Tensor = import("@tensorflow/tfjs-core").Tensor;
type Printed = (tf: Tf, inputs: Readonly<Record<string, Tensor>>) => { readonly loss: Tensor };

/** The loss of a step and what it is computed from, without gradients and updates. */
function forwardPart(step: Graph): Graph {
  const slots = step.slots.filter(({ role }) => role !== "optimizer").map(({ next: _, ...slot }) => slot);
  const outputs = step.outputs.filter(({ name }) => name === "loss");
  return { ...step, nodes: forwardOf(step), slots, outputs };
}

/** The gradient of each trained parameter, by name. */
export async function autodiffGradients(
  tf: Tf,
  step: Graph,
  { batch, state }: StepFeed,
): Promise<ReadonlyMap<string, Values>> {
  const program = compileStep(forwardPart(step), { native: false });
  const moved = program.state.filter(({ slots }) =>
    slots.some(({ slot }) => step.slots.some(({ name }) => name === `velocity.${slot}`)),
  );
  const held = program.state.filter((each) => !moved.includes(each));
  const nameOf = (each: (typeof held)[number]): string => `slot ${each.register}`;
  const ports = program.state.map((each) => ({
    name: nameOf(each),
    register: each.register,
    shape: each.shape,
    isBool: false,
  }));
  const text = printFunction("run", { ...program, inputs: [...program.inputs, ...ports] });
  if (typeof text !== "string") throw new Error(text.unwritable.join("\n"));
  const { run } = (await import(`data:text/javascript,${encodeURIComponent(`export ${text}`)}`)) as {
    readonly run: Printed;
  };
  const tensorOf = (each: (typeof held)[number]): Tensor => tf.tensor(packState(each, state), [...each.shape]);
  const given = Object.fromEntries([
    ...program.inputs.map(({ name, shape, isBool }) => {
      const values = batch.get(name) ?? new Float32Array();
      const tensor = isBool ? tf.tensor(Uint8Array.from(values), [...shape], "bool") : tf.tensor(values, [...shape]);
      return [name, tensor] as const;
    }),
    ...held.map((each) => [nameOf(each), tensorOf(each)] as const),
  ]);
  const parameters = moved.map(tensorOf);
  const loss = (...tensors: readonly Tensor[]): Tensor => {
    const own = Object.fromEntries(moved.map((each, i) => [nameOf(each), tensors[i] as Tensor]));
    return run(tf, { ...given, ...own }).loss;
  };
  const gradients = tf.grads(loss)(parameters);
  const found = new Map(
    moved.flatMap((each, i) => unpackState(each, (gradients[i] as Tensor).dataSync() as Float32Array)),
  );
  for (const tensor of [...gradients, ...parameters, ...Object.values(given)]) tensor.dispose();
  return found;
}
