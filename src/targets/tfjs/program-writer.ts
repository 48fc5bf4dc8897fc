import type { NativeAttribute, Register, TfjsCalls } from "../../ops/tfjs/builder.js";
import type { Call, Constant, KernelAttribute } from "../../ops/tfjs/calls.js";
import { composed } from "../../ops/tfjs/composed-kernels.js";
import type { CalledOp, KernelName, NativeOp } from "../../ops/tfjs/kernel-signatures.js";
import type { LackableKernel, LackableKernels } from "../../ops/tfjs/lacking-kernels.js";
import { nativeOps } from "../../ops/tfjs/native-ops.js";

const sizesText = (sizes: readonly number[]): string => sizes.join();

/** JSON has no infinities, but a padding of -inf must not look the same as one of inf. */
const attributesText = (attributes: object): string =>
  JSON.stringify(attributes, (_, value: unknown) =>
    typeof value === "number" && !Number.isFinite(value) ? String(value) : value,
  );

export interface ProgramOptions {
  /** Whether libtensorflow's own ops may be called: only tfjs-node has them (on a GPU, different ones). Elsewhere kernels replace them. */
  readonly native: boolean | "gpu";
  /** Kernels that the backend lacks or computes wrongly: others replace them. `unknown`: the program has both forms, for any backend. */
  readonly lacking?: readonly LackableKernel[] | "unknown";
}

/** Writes the calls of a program. Identical calls are written once. */
export class ProgramWriter implements TfjsCalls {
  readonly calls: Call[] = [];
  readonly constants: Constant[] = [];
  readonly #known = new Map<string, readonly Register[]>();
  readonly #reshaped = new Map<Register, { readonly source: Register; readonly sizes: string }>();
  readonly #sizes = new Map<Register, string>();
  readonly #native: ProgramOptions["native"];
  readonly #lacking: readonly LackableKernel[] | "unknown";
  #registers = 0;
  #path: string | undefined;

  constructor({ native, lacking = [] }: ProgramOptions) {
    this.#native = native;
    this.#lacking = lacking;
  }

  get isNative(): boolean {
    return this.#native !== false;
  }

  get registers(): number {
    return this.#registers;
  }

  /** The calls from here on belong to the node with this source path. */
  enter(path: string | undefined): void {
    this.#path = path;
  }

  /** A register that is filled from outside. */
  fresh(sizes: readonly number[]): Register {
    const register = this.#registers++;
    this.#sizes.set(register, sizesText(sizes));
    return register;
  }

  kernels(
    name: KernelName,
    inputs: Readonly<Record<string, Register>> | readonly Register[],
    attributes: Readonly<Record<string, KernelAttribute>>,
    outputs: number,
  ): readonly Register[] {
    const isList = Array.isArray(inputs);
    const registers = Object.values(inputs);
    const names = isList ? undefined : Object.keys(inputs);
    return this.#once(
      `${name} ${names?.join() ?? ""} ${registers.join()} ${attributesText(attributes)}`,
      outputs,
      (made) => ({
        kind: "kernel",
        name,
        inputs: registers,
        names,
        attributes,
        outputs: made,
        path: this.#path,
      }),
    );
  }

  kernel(
    name: KernelName,
    inputs: Readonly<Record<string, Register>> | readonly Register[],
    attributes: Readonly<Record<string, KernelAttribute>> = {},
  ): Register {
    return this.kernels(name, inputs, attributes, 1)[0] as Register;
  }

  /** A choice is written each time: what is composed cannot be compared. */
  kernelOr<K extends LackableKernel>(
    name: K,
    inputs: Readonly<Record<string, Register>> | readonly Register[],
    told: object,
    about: LackableKernels[K],
    more: readonly Register[] = [],
  ): Register {
    const attributes = told as Readonly<Record<string, KernelAttribute>>;
    const all = [...Object.values(inputs), ...more];
    if (this.#lacking === "unknown") {
      const [names, made, path] = [Object.keys(inputs), this.#registers++, this.#path];
      this.calls.push({ kind: "choice", name, names, attributes, about, inputs: all, outputs: [made], path });
      return made;
    }
    return this.#lacking.includes(name) ? composed(name, this, all, about) : this.kernel(name, inputs, attributes);
  }

  native(
    name: NativeOp,
    inputs: readonly Register[],
    attributes: Readonly<Record<string, NativeAttribute>>,
    count = 0,
  ): readonly Register[] {
    const { results, used, composed, onGpu } = nativeOps[name];
    if (this.#native === false) return composed(this, inputs, attributes);
    if (this.#native === "gpu" && onGpu !== undefined) return onGpu(this, inputs, attributes, count);
    const made = this.called(name, inputs, attributes, results);
    return used.map((result) => made[result] as Register);
  }

  /** An op of libtensorflow with all its results. */
  called(
    name: CalledOp,
    inputs: readonly Register[],
    attributes: Readonly<Record<string, NativeAttribute>>,
    results: number,
  ): readonly Register[] {
    const key = `native ${name} ${inputs.join()} ${attributesText(attributes)}`;
    const path = this.#path;
    return this.#once(key, results, (outputs) => ({ kind: "native", name, inputs, attributes, outputs, path }));
  }

  #once(key: string, outputs: number, call: (made: readonly Register[]) => Call): readonly Register[] {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const made = Array.from({ length: outputs }, () => this.#registers++);
    this.#known.set(key, made);
    this.calls.push(call(made));
    return made;
  }

  /** Another tensor with the same numbers; a new one at each call. */
  copy(register: Register): Register {
    const made = this.#registers++;
    this.calls.push({
      kind: "kernel",
      name: "Identity",
      inputs: [register],
      names: ["x"],
      attributes: {},
      outputs: [made],
      path: this.#path,
    });
    return made;
  }

  reshape(register: Register, sizes: readonly number[]): Register {
    const text = sizesText(sizes);
    if ((this.#reshaped.get(register)?.sizes ?? this.#sizes.get(register)) === text) return register;
    const source = this.#reshaped.get(register)?.source ?? register;
    if (this.#sizes.get(source) === text) return source;
    const made = this.kernel("Reshape", { x: source }, { shape: sizes });
    this.#reshaped.set(made, { source, sizes: text });
    return made;
  }

  hasSizes(register: Register, sizes: readonly number[]): Register {
    this.#sizes.set(register, sizesText(sizes));
    return register;
  }

  constant(values: Float64Array | Float32Array | Int32Array, shape: readonly number[]): Register {
    const isWhole = values instanceof Int32Array;
    const key = `constant ${isWhole ? "int32" : "float32"} ${sizesText(shape)}: ${values.join()}`;
    const [known] = this.#known.get(key) ?? [];
    if (known !== undefined) return known;
    const register = this.fresh(shape);
    this.#known.set(key, [register]);
    const held = values instanceof Float64Array ? { values: Float32Array.from(values), exact: values } : { values };
    this.constants.push({ register, shape, ...held });
    return register;
  }

  number(value: number): Register {
    return this.constant(Float64Array.of(value), []);
  }
}
