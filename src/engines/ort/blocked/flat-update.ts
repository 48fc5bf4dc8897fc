/** Merged updates of the state: elementwise ops on its flat tensors. */
import type { SlotRole, ValueId } from "../../../ir/graph.js";
import { elementCount } from "../../../ir/shape.js";
import type { MergedOp, UpdateWriter } from "../../../step/state-update.js";
import { nchwcDomain } from "../model-writer.js";
import type { BlockedSite } from "./site.js";

/** The ONNX ops of merged updates. */
const updateOps: Readonly<Record<MergedOp, string>> = {
  add: "Add",
  sub: "Sub",
  mul: "Mul",
  div: "Div",
  sqrt: "Sqrt",
  neg: "Neg",
  maximum: "Max",
  minimum: "Min",
};

/** The tensors of a group: their common shape, the roles of those that are input state, and how each is computed. */
export interface FlatTensors {
  readonly shape: readonly number[];
  readonly roleOf: (name: string) => SlotRole | undefined;
  readonly flat: (values: readonly ValueId[]) => string;
}

/** From this many elements on, if they fill the kernel's rows, adding a multiple of a parameter is one pass. */
const fusedFrom = 1 << 15;

/**
 * Ops on the flat tensors of a group. A gradient plus a multiple of the parameter (weight decay) is a 1x1 depthwise convolution in
 * place on the gradient: three streams of memory, where Mul and Add have five. This is not done for optimiser state: its next value is
 * an output of the session with memory of its own, and one thread would copy the gradient there first.
 */
export function updateWriter(site: BlockedSite, { shape, roleOf, flat }: FlatTensors): UpdateWriter<string> {
  const { writer, block } = site;
  const [length = 0] = shape;
  const lanes = 4 * block;
  const [numbers, gradients] = [new Set<string>(), new Set<string>()];
  const products = new Map<string, { readonly state: string; readonly number: string }>();
  const plain = (op: MergedOp, operands: readonly string[]): string => writer.one(updateOps[op], operands);
  const apply = (op: MergedOp, operands: readonly string[]): string => {
    const [a = "", b = ""] = operands;
    if (op === "mul") {
      const made = plain(op, operands);
      for (const [state, number] of [
        [a, b],
        [b, a],
      ] as const) {
        if (roleOf(state) === "parameter" && numbers.has(number)) products.set(made, { state, number });
      }
      return made;
    }
    const product = products.get(b) ?? products.get(a);
    const gradient = products.has(b) ? a : b;
    if (op !== "add" || product === undefined || !gradients.has(gradient)) return plain(op, operands);
    if (length < fusedFrom || length % (lanes * lanes) !== 0) return plain(op, operands);
    const sizes = [1, lanes, lanes, length / (lanes * lanes)];
    const filter = writer.one("Expand", [product.number, writer.int64s([lanes, 1, 1, 1])]);
    const inputs = [site.reshaped(product.state, sizes), filter, "", site.reshaped(gradient, sizes)];
    const sum = writer.one(`${nchwcDomain}:Conv`, inputs, {
      group: lanes,
      kernel_shape: [1, 1],
      pads: [0, 0, 0, 0],
      strides: [1, 1],
      dilations: [1, 1],
    });
    return site.reshaped(sum, shape);
  };
  return {
    number: (value) => {
      const name = site.plain(value);
      if (elementCount(site.typeOf(value).shape) === 1) numbers.add(name);
      return name;
    },
    flat: (values) => {
      const name = flat(values);
      if (roleOf(name) === undefined) gradients.add(name);
      return name;
    },
    apply,
  };
}
