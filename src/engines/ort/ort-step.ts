/** Runs a step program in a session. The state is in two sets of tensors, which are read and written alternately. */
import type { Tensor } from "onnxruntime-node";
import type { OnnxRuntime } from "../../deploy/runtime.js";
import { invariant } from "../../diagnostics/invariant.js";
import { packState, unpackState } from "../../step/packed-state.js";
import type { RunningStep, Values } from "../engine.js";
import type { StepSession } from "./spinning.js";
import type { StatePort, StepProgram } from "./step-program.js";

/** A tensor of state: `now` is read, `then` is written; they are swapped after each step. */
interface StateTensor {
  readonly port: StatePort;
  now: Tensor;
  then: Tensor;
}

export class OrtStep implements RunningStep {
  readonly description: string;
  readonly #runtime: OnnxRuntime;
  readonly #session: StepSession;
  readonly #program: StepProgram;
  readonly #state: readonly StateTensor[];
  readonly #outputs: ReadonlyMap<string, Tensor>;

  constructor(
    runtime: OnnxRuntime,
    session: StepSession,
    program: StepProgram,
    state: ReadonlyMap<string, Values>,
    description: string,
  ) {
    this.description = description;
    this.#runtime = runtime;
    this.#session = session;
    this.#program = program;
    const tensor = (data: Values, shape: readonly number[]): Tensor => new runtime.Tensor("float32", data, [...shape]);
    this.#state = program.state.map((port) => {
      const now = tensor(packState(port, state), port.shape);
      const then = port.output === undefined ? now : tensor(new Float32Array(now.data.length), port.shape);
      return { port, now, then };
    });
    this.#outputs = new Map(
      program.outputs.map(({ onnxName, shape, dtype }) => {
        const length = shape.reduce((product, size) => product * size, 1);
        // ONNX Runtime stores a bool in a byte.
        if (dtype === "bool") return [onnxName, new runtime.Tensor("bool", new Uint8Array(length), [...shape])];
        return [onnxName, tensor(new Float32Array(length), shape)];
      }),
    );
  }

  async run(batch: ReadonlyMap<string, Values>): Promise<ReadonlyMap<string, Values>> {
    const feeds: Record<string, Tensor> = {};
    for (const { name, onnxName, shape } of this.#program.inputs) {
      const data = batch.get(name);
      invariant(data !== undefined, `the batch has no ${name}`);
      feeds[onnxName] = new this.#runtime.Tensor("float32", data, [...shape]);
    }
    const fetches: Record<string, Tensor> = Object.fromEntries(this.#outputs);
    for (const { port, now, then } of this.#state) {
      feeds[port.input] = now;
      if (port.output !== undefined) fetches[port.output] = then;
    }
    await this.#session.run(feeds, fetches);
    for (const tensor of this.#state) [tensor.now, tensor.then] = [tensor.then, tensor.now];
    return new Map(
      this.#program.outputs.map(({ name, onnxName }) => {
        const { data } = this.#outputs.get(onnxName) as Tensor;
        return [name, Float32Array.from(data as Values | Uint8Array)];
      }),
    );
  }

  async state(): Promise<ReadonlyMap<string, Values>> {
    return new Map(this.#state.flatMap(({ port, now }) => unpackState(port, now.data as Values)));
  }

  async restore(state: ReadonlyMap<string, Values>): Promise<void> {
    for (const { port, now } of this.#state) (now.data as Values).set(packState(port, state));
  }

  async dispose(): Promise<void> {
    await this.#session.release();
  }
}
