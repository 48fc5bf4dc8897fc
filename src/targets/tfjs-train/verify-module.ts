/**
 * Verifies a printed step before it is written, for a small picture and a small batch: TensorFlow.js runs it with all intermediate
 * values as outputs, and each op of the float64 reference gets the same inputs as in TensorFlow.js (as in onnx-train/verify-step.ts,
 * for the same reasons). Then the step in its final form must give the same.
 */
import { type Problem, problem } from "../../diagnostics/diagnostic.js";
import { InvariantError, invariant } from "../../diagnostics/invariant.js";
import { type Graph, typeOf, type ValueId } from "../../ir/graph.js";
import type { Tensor } from "../../ops/contracts.js";
import { compareOp, describeInputs, distance, type ProbeStep, wholeTolerance } from "../../reference/compare-op.js";
import { loadModule, type Tfjs } from "./load-module.js";

export interface ModuleVerification {
  /** The inputs of the comparison: `image [2, 3, 40, 40]`. */
  readonly input: string;
  /** The largest difference of an op, as a relative norm. */
  readonly error: number;
}

/** Compares the printed step with the reference, op by op and as a whole; returns the largest difference, or what is wrong. */
export async function verifyModule(
  { step, inputs, slots }: ProbeStep,
  print: (step: Graph) => string,
  { tf, title: runtime }: { readonly tf: Tfjs; readonly title: string },
): Promise<ModuleVerification | Problem> {
  const input = describeInputs(step);
  const differs = (part: string, error: number, allowed: number): Problem =>
    problem("tfjs/step-differs", { model: step.name, runtime, input, part, error, allowed });
  const fed = { batch: numbersOf(inputs), slots: numbersOf(slots) };
  try {
    const traced = await runOnce(print(layOpen(step)), tf, fed);
    const values = new Map<ValueId, Tensor>();
    for (const { name, value } of step.inputs) values.set(value, inputs[name] as Tensor);
    for (const { name, value } of step.slots) values.set(value, slots[name] as Tensor);
    for (const value of step.nodes.flatMap(({ outputs }) => outputs)) {
      values.set(value, tensorOf(step, value, traced.outputs[openName(value)]));
    }
    const at = (value: ValueId): Tensor => values.get(value) as Tensor;
    let largest = 0;
    for (const node of step.nodes) {
      const { error, allowed } = compareOp(node, at);
      if (!(error <= allowed)) return differs(`${node.op} at ${node.path}`, error, allowed);
      largest = Math.max(largest, error);
    }
    const whole = await runOnce(print(step), tf, fed);
    const results = [
      ...step.outputs.map(({ name, value }) => ["output", name, value, whole.outputs[name]] as const),
      ...step.slots.map(({ name, value, next }) => ["next", name, next ?? value, whole.state[name]] as const),
    ];
    for (const [kind, name, value, found] of results) {
      const error = distance(tensorOf(step, value, found), at(value));
      if (!(error <= wholeTolerance)) return differs(`${kind} "${name}"`, error, wholeTolerance);
    }
    return { input, error: largest };
  } catch (error) {
    if (!(error instanceof Error) || error instanceof InvariantError) throw error;
    return problem("tfjs/refuses-step", {
      model: step.name,
      runtime,
      reason: error.message.split("\n")[0] ?? "",
    });
  }
}

const openName = (value: ValueId): string => `value.${value}`;

/** The step with the results of all nodes as outputs. */
const layOpen = (step: Graph): Graph => ({
  ...step,
  outputs: step.nodes.flatMap(({ outputs }) => outputs.map((value) => ({ name: openName(value), value }))),
});

const numbersOf = (tensors: Readonly<Record<string, Tensor>>): Readonly<Record<string, Float32Array>> =>
  Object.fromEntries(Object.entries(tensors).map(([name, { data }]) => [name, Float32Array.from(data)]));

function tensorOf(step: Graph, value: ValueId, found: ArrayLike<number> | undefined): Tensor {
  invariant(found !== undefined, `nothing was given for %${value}`);
  return { shape: typeOf(step, value).shape as readonly number[], data: Float64Array.from(found) };
}

interface Fed {
  readonly batch: Readonly<Record<string, Float32Array>>;
  readonly slots: Readonly<Record<string, Float32Array>>;
}

type Numbers = Readonly<Record<string, ArrayLike<number>>>;

/** Runs one step of a module, and disposes of all its tensors. */
export async function runOnce(
  text: string,
  tf: Tfjs,
  { batch, slots }: Fed,
): Promise<{ readonly outputs: Numbers; readonly state: Numbers }> {
  const module = await loadModule(text);
  const { step, dispose } = module.createStep(tf);
  const made = step(module.initialState(tf, slots), batch);
  const outputs = Object.entries(made.outputs).map(([name, tensor]) => [name, tensor.dataSync()] as const);
  const state = await module.readState(made.state);
  for (const tensor of [...made.state, ...Object.values(made.outputs)]) tensor.dispose();
  dispose();
  return { outputs: Object.fromEntries(outputs), state };
}
