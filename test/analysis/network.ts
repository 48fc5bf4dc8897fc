import { isProblem } from "../../src/diagnostics/diagnostic.js";
import { GraphBuilder } from "../../src/ir/builder.js";
import type { Attributes, Graph, ValueId } from "../../src/ir/graph.js";
import type { TensorType } from "../../src/ir/shape.js";
import { findOp } from "../../src/ops/registry.js";

/** Builds graphs op by op through the ops' own rules, so that tests of analysis need no source text. */
export class Network {
  readonly #builder: GraphBuilder;
  readonly #used = new Map<string, number>();
  #scope = "";

  constructor(name: string) {
    this.#builder = new GraphBuilder(name);
  }

  image(shape: readonly number[], name = "image"): ValueId {
    return this.#builder.input({ name }, { dtype: "float32", shape: [{ batch: 1 }, ...shape] });
  }

  typeOf(value: ValueId): TensorType {
    return this.#builder.typeOf(value);
  }

  channels(value: ValueId): number {
    return this.typeOf(value).shape[1] as number;
  }

  /** Runs `body` with paths under `name`. */
  within<T>(name: string, body: () => T): T {
    const outer = this.#scope;
    this.#scope = outer === "" ? name : `${outer}.${name}`;
    const result = body();
    this.#scope = outer;
    return result;
  }

  /** Applies an op; its slots are new, unless `slots` are given. */
  ops(op: string, inputs: readonly ValueId[], attributes: Attributes = {}, slots?: readonly ValueId[]) {
    const definition = findOp(op);
    if (definition === undefined) throw new Error(`no op ${op}`);
    const tensors = inputs.map((value) => this.typeOf(value));
    const plain = this.#scope === "" ? op : `${this.#scope}.${op}`;
    const count = (this.#used.get(plain) ?? 0) + 1;
    this.#used.set(plain, count);
    const path = count === 1 ? plain : `${plain}_${count}`;
    const held =
      slots ??
      Object.entries(definition.slots(tensors, attributes)).map(([name, { type, initializer }]) =>
        this.#builder.slot(
          { name: `${path}.${name}`, role: name.startsWith("running_") ? "statistic" : "parameter", initializer },
          type,
        ),
      );
    const all = [...inputs, ...held];
    const types = definition.inferTypes(
      all.map((value) => this.typeOf(value)),
      attributes,
    );
    if (isProblem(types)) throw new Error(types.diagnose({}).message);
    return { outputs: this.#builder.node({ op, attributes, inputs: all, path }, types), slots: held };
  }

  op(op: string, inputs: readonly ValueId[], attributes: Attributes = {}, slots?: readonly ValueId[]): ValueId {
    return this.ops(op, inputs, attributes, slots).outputs[0] as ValueId;
  }

  conv(
    x: ValueId,
    channels: number,
    kernel: number,
    { stride = 1, padding = (kernel - 1) / 2, dilation = 1, groups = 1, bias = false } = {},
  ): ValueId {
    const attributes = {
      channels,
      kernel: [kernel, kernel],
      stride: [stride, stride],
      padding: [padding, padding, padding, padding],
      dilation: [dilation, dilation],
      groups,
      bias,
    };
    return this.op("conv2d", [x], attributes);
  }

  norm(x: ValueId): ValueId {
    return this.op("batch_norm", [x], { epsilon: 1e-5, momentum: 0.1 });
  }

  linear(x: ValueId, features: number, bias = true): ValueId {
    return this.op("linear", [x], { features, bias });
  }

  pool(op: "max_pool" | "avg_pool", x: ValueId, kernel: number, stride: number, padding = 0): ValueId {
    return this.op(op, [x], {
      kernel: [kernel, kernel],
      stride: [stride, stride],
      padding: [padding, padding, padding, padding],
      ...(op === "max_pool" ? {} : { count_include_pad: true, overhang: [0, 0] }),
    });
  }

  output(value: ValueId, name = "logits"): void {
    this.#builder.output({ name, value });
  }

  finish(): Graph {
    return this.#builder.finish();
  }
}
