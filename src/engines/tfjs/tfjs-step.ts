/** Runs a program in TensorFlow.js, with the state as tensors. */

import { RuntimeFailure } from "../../deploy/runtime.js";
import { invariant } from "../../diagnostics/invariant.js";
import type { NativeAttribute, Register } from "../../ops/tfjs/builder.js";
import type { Call } from "../../ops/tfjs/calls.js";
import { packState, unpackState } from "../../step/packed-state.js";
import type { TfjsProgram } from "../../targets/tfjs/tfjs-program.js";
import type { RunningStep, Values } from "../engine.js";
import type { TfjsKind } from "./tfjs-kinds.js";
import type { Tensorflow, TfTensor } from "./tfjs-runtime.js";

/** A loaded TensorFlow.js, and the backend to use. */
export interface TfjsPlace {
  readonly tf: Tensorflow;
  readonly kind: Pick<TfjsKind, "name" | "backend" | "program">;
}

/** A call that is ready to run, with its attributes in the backend's form. */
type Run = (inputs: readonly TfTensor[]) => TfTensor | readonly TfTensor[];

export class TfjsStep implements RunningStep {
  readonly description: string;
  readonly #tf: Tensorflow;
  readonly #kind: TfjsPlace["kind"];
  readonly #program: TfjsProgram;
  readonly #runs: readonly Run[];
  readonly #constants: readonly TfTensor[];
  /** What calls are told by tensors. */
  readonly #told: TfTensor[] = [];
  /** In the order of the program's state. */
  #state: readonly TfTensor[];

  private constructor(
    { tf, kind }: TfjsPlace,
    program: TfjsProgram,
    state: ReadonlyMap<string, Values>,
    description: string,
  ) {
    this.description = description;
    this.#tf = tf;
    this.#kind = kind;
    this.#program = program;
    this.#runs = program.calls.map((call) => prepare(tf, call, this.#told));
    this.#constants = program.constants.map(({ values, shape }) =>
      tf.tensor(values, shape, values instanceof Int32Array ? "int32" : "float32"),
    );
    this.#state = this.#hold(state);
  }

  static async start(
    place: TfjsPlace,
    program: TfjsProgram,
    state: ReadonlyMap<string, Values>,
    description: string,
  ): Promise<TfjsStep> {
    await takeBackend(place);
    return new TfjsStep(place, program, state, description);
  }

  #hold(state: ReadonlyMap<string, Values>): readonly TfTensor[] {
    return this.#program.state.map((held) => this.#tf.tensor(packState(held, state), held.shape, "float32"));
  }

  async run(batch: ReadonlyMap<string, Values>): Promise<ReadonlyMap<string, Values>> {
    const { outputs, state } = this.#program;
    await takeBackend({ tf: this.#tf, kind: this.#kind });
    const results = this.#tf.tidy(() => this.#execute(batch));
    const old = this.#state;
    this.#state = results.slice(outputs.length);
    for (const [i, { register, next }] of state.entries()) if (next !== register) old[i]?.dispose();
    const read = await Promise.all(outputs.map((_, i) => (results[i] as TfTensor).data()));
    for (const [i] of outputs.entries()) results[i]?.dispose();
    return new Map(outputs.map(({ name }, i) => [name, Float32Array.from(read[i] as Values)]));
  }

  /** Returns outputs and next state. All other tensors are disposed of after their last use, or when this throws. */
  #execute(batch: ReadonlyMap<string, Values>): readonly TfTensor[] {
    const { calls, releases, registers, constants, inputs, outputs, state } = this.#program;
    const tensors = new Array<TfTensor | undefined>(registers).fill(undefined);
    const at = (register: Register): TfTensor => tensors[register] as TfTensor;
    for (const [i, { register }] of constants.entries()) tensors[register] = this.#constants[i];
    for (const [i, { register }] of state.entries()) tensors[register] = this.#state[i];
    for (const { name, register, shape, isBool } of inputs) {
      const values = batch.get(name);
      invariant(values !== undefined, `the batch has no ${name}`);
      tensors[register] = isBool
        ? this.#tf.tensor(Uint8Array.from(values), shape, "bool")
        : this.#tf.tensor(values, shape, "float32");
    }
    for (const [i, call] of calls.entries()) {
      const made = this.#call(this.#runs[i] as Run, call.inputs.map(at));
      const [first] = call.outputs as readonly [Register];
      if (isList(made)) for (const [k, register] of call.outputs.entries()) tensors[register] = made[k];
      else tensors[first] = made;
      for (const register of releases[i] ?? []) {
        tensors[register]?.dispose();
        tensors[register] = undefined;
      }
    }
    return [...outputs.map(({ register }) => at(register)), ...state.map(({ next }) => at(next))];
  }

  /** Every lowering is tested on libtensorflow's CPU, so an error there is a bug of ours. Other backends have limits. */
  #call(run: Run, inputs: readonly TfTensor[]): TfTensor | readonly TfTensor[] {
    if (this.#kind.program.native === true) return run(inputs);
    try {
      return run(inputs);
    } catch (error) {
      const [firstLine = ""] = String((error as Error).message ?? error).split("\n");
      throw new RuntimeFailure(firstLine, { cause: error });
    }
  }

  async state(): Promise<ReadonlyMap<string, Values>> {
    const read = await Promise.all(this.#state.map((tensor) => tensor.data()));
    return new Map(this.#program.state.flatMap((held, i) => unpackState(held, read[i] as Values)));
  }

  async restore(state: ReadonlyMap<string, Values>): Promise<void> {
    const old = this.#state;
    await takeBackend({ tf: this.#tf, kind: this.#kind });
    this.#state = this.#hold(state);
    for (const tensor of old) tensor.dispose();
  }

  async dispose(): Promise<void> {
    for (const tensor of [...this.#state, ...this.#constants, ...this.#told]) tensor.dispose();
    this.#state = [];
  }
}

/** A TensorFlow.js may have several backends; kernels run on the active one. */
async function takeBackend({ tf, kind: { name, backend } }: TfjsPlace): Promise<void> {
  if (tf.getBackend() !== backend) await tf.setBackend(backend);
  invariant(tf.getBackend() === backend, `${name} is to run on ${backend}, not on ${tf.getBackend()}`);
}

const isList = (made: TfTensor | readonly TfTensor[]): made is readonly TfTensor[] => Array.isArray(made);

function prepare(tf: Tensorflow, call: Call, told: TfTensor[]): Run {
  if (call.kind === "native") {
    const backend = tf.backend();
    const attributes = Object.entries(call.attributes).map(([name, value]) => nativeAttribute(tf, name, value));
    return (inputs) => backend.executeMultipleOutputs(call.name, attributes, inputs, call.outputs.length);
  }
  invariant(call.kind === "kernel", `a choice of ${call.name} is left open`);
  const engine = tf.engine();
  const { name, names, attributes } = call;
  if (name === "Reshape" && tf.getBackend() === "tensorflow") {
    // A third of a step's calls: tfjs-node's kernel makes a tensor of the sizes in each, which takes longer than the op.
    const sizes = attributes.shape as readonly number[];
    const shape = tf.tensor(Int32Array.from(sizes), [sizes.length], "int32");
    told.push(shape);
    const backend = tf.backend();
    return (inputs) => backend.executeMultipleOutputs(name, [], [...inputs, shape], 1);
  }
  if (names === undefined) return (inputs) => engine.runKernel(name, inputs, attributes);
  return (inputs) =>
    engine.runKernel(name, Object.fromEntries(names.map((key, i) => [key, inputs[i] as TfTensor])), attributes);
}

const typeNames = { float32: "TF_FLOAT", complex64: "TF_COMPLEX64" } as const;

function nativeAttribute(tf: Tensorflow, name: string, value: NativeAttribute) {
  const { binding } = tf.backend();
  if (typeof value === "string") return { name, type: binding.TF_ATTR_STRING, value };
  if (typeof value === "boolean") return { name, type: binding.TF_ATTR_BOOL, value };
  if ("float" in value) return { name, type: binding.TF_ATTR_FLOAT, value: value.float };
  if ("type" in value) return { name, type: binding.TF_ATTR_TYPE, value: binding[typeNames[value.type]] };
  return { name, type: binding.TF_ATTR_INT, value };
}
