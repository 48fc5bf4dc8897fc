/** Merged updates of the state: element-wise ops on its flat tensors. */
import type { SlotRole, ValueId } from "../../../ir/graph.js";
import { elementCount } from "../../../ir/shape.js";
import type { MergedOp, UpdateWriter } from "../../../step/state-update.js";
import { nchwcDomain } from "../model-writer.js";
import type { BlockedSite } from "./site.js";

/** What merged updates are made of, by ONNX names. */
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

/** The tensors of a group: their common shape, what those are for that are state that goes in, and how each comes about. */
export interface FlatTensors {
  readonly shape: readonly number[];
  readonly roleOf: (name: string) => SlotRole | undefined;
  readonly flat: (values: readonly ValueId[]) => string;
}

/** From so many elements on, and where they fill the kernel's rows, a sum with a multiple of a parameter is one pass. */
const fusedFrom = 1 << 15;

/**
 * Ops on the flat tensors of a group. A gradient plus a multiple of the parameter (weight decay) is a 1x1 depthwise convolution
 * onto the gradient, whose memory it takes: three streams of memory where Mul and Add have five. Not so what an optimiser
 * remembers: its next value goes out of the session, into memory of its own, and one thread would copy the gradient there first.
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
