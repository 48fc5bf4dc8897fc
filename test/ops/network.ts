import { isProblem } from "../../src/diagnostics/diagnostic.js";
import { GraphBuilder } from "../../src/ir/builder.js";
import type { Attributes, Graph, ValueId } from "../../src/ir/graph.js";
import type { DType, Shape, TensorType } from "../../src/ir/shape.js";
import { findOp, surfaces } from "../../src/ops/registry.js";
import type { ArgumentsOf, Parameters } from "../../src/ops/surface.js";

export const N = { batch: 1 } as const;

/** Builds graphs for tests op by op, making slots as they are needed; a problem is a thrown error with its message. */
export class Network {
  readonly builder: GraphBuilder;

  constructor(name = "Test") {
    this.builder = new GraphBuilder(name);
  }

  input(name: string, shape: Shape, dtype: DType = "float32"): ValueId {
    return this.builder.input({ name }, { dtype, shape });
  }

  /** Applies an op with its attributes written out. */
  node(opName: string, inputs: readonly ValueId[], attributes: Attributes, path: string): readonly ValueId[] {
    const op = findOp(opName);
    if (op === undefined) throw new Error(`no op ${opName}`);
    const tensors = inputs.map((value) => this.builder.typeOf(value));
    const types = op.inferTypes(tensors, attributes);
    if (isProblem(types)) throw new Error(types.diagnose({}).message);
    const specs = op.slots(tensors, attributes);
    const slots = Object.entries(specs).map(([name, { type, initializer }]) => {
      const declared = op.inputs === "many" ? undefined : op.inputs.find((input) => input.name === name);
      const role = declared?.role === "statistic" ? "statistic" : "parameter";
      return this.builder.slot({ name: `${path}.${name}`, role, initializer }, type);
    });
    return this.builder.node({ op: opName, attributes, inputs: [...inputs, ...slots], path }, types);
  }

  /** Applies an op the way `.lfer` writes it: by its surface's name and arguments. */
  layer(
    surfaceName: string,
    inputs: readonly ValueId[],
    args: Readonly<Record<string, unknown>>,
    path: string,
  ): ValueId {
    return this.layers(surfaceName, inputs, args, path)[0] as ValueId;
  }

  layers(
    name: string,
    inputs: readonly ValueId[],
    args: Readonly<Record<string, unknown>>,
    path: string,
  ): readonly ValueId[] {
    const attributes = resolveSurface(
      name,
      args,
      inputs.map((value) => this.builder.typeOf(value)),
    );
    if (isProblem(attributes)) throw new Error(attributes.diagnose({}).message);
    return this.node(surfaces.get(name)?.op.name ?? "", inputs, attributes, path);
  }

  finish(outputs: Readonly<Record<string, ValueId>>): Graph {
    for (const [name, value] of Object.entries(outputs)) this.builder.output({ name, value });
    return this.builder.finish();
  }
}

/** The result of a surface for these arguments, with defaults. */
export function resolveSurface(name: string, args: Readonly<Record<string, unknown>>, inputs: readonly TensorType[]) {
  const entry = surfaces.get(name);
  if (entry === undefined) throw new Error(`no surface ${name}`);
  const { parameters } = entry.surface;
  for (const given of Object.keys(args))
    if (!Object.hasOwn(parameters, given)) throw new Error(`${name} has no ${given}`);
  const full = Object.fromEntries(
    Object.entries(parameters).map(([key, parameter]) => {
      const value = args[key] ?? parameter.default;
      if (value === undefined && parameter.computed === undefined) throw new Error(`${name} needs ${key}`);
      return [key, value];
    }),
  );
  return entry.surface.resolve(full as ArgumentsOf<Parameters>, inputs);
}
