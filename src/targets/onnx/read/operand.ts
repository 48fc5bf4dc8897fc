import { addDims, type Dim, type DType, type Shape } from "../../../ir/shape.js";
import type { FixedOperand, Operand } from "../../../ops/onnx-node.js";

/** Values are read if a shape may depend on them, that is, for small tensors. Of weights only the shape is used. */
export const mostNumbers = 4096;

/** The same for whole numbers that stand in the file: tables of indices. */
const mostIndices = 65_536;

export const mostNumbersOf = (dtype: DType): number =>
  dtype === "int64" || dtype === "int32" ? mostIndices : mostNumbers;

export function dimsOf(operand: Operand): Shape {
  return operand.kind === "fixed" ? operand.dims : operand.type.shape;
}

/** A computed tensor with these numbers: a vector by default. */
export function computed(numbers: readonly Dim[], dtype: DType = "int64", dims = [numbers.length]): FixedOperand {
  return { kind: "fixed", name: undefined, isTrained: false, dtype, dims, numbers };
}

/** The same for a list in the file; the values of a long one are not read. */
export function listed(numbers: readonly number[], dtype: DType): FixedOperand {
  const list = computed(numbers, dtype);
  return numbers.length > mostNumbers ? { ...list, numbers: undefined } : list;
}

/** `a operator b` of sizes; undefined if the result is not a size. */
export function dimArithmetic(operator: "+" | "-" | "*" | "/", a: Dim, b: Dim, whole: boolean): Dim | undefined {
  if (typeof a === "number" && typeof b === "number") {
    switch (operator) {
      case "+":
        return a + b;
      case "-":
        return a - b;
      case "*":
        return a * b;
      case "/":
        if (b === 0) return undefined;
        return whole ? Math.trunc(a / b) : a / b;
    }
  }
  if (operator === "+") return addDims(a, b);
  if (operator === "*" && (typeof a === "number") !== (typeof b === "number")) {
    const [batch, factor] = typeof a === "number" ? [b, a] : [a, b];
    if (typeof batch === "number" || typeof factor !== "number" || factor < 1) return undefined;
    return { batch: batch.batch * factor };
  }
  if (operator === "/" && typeof a !== "number" && typeof b === "number" && b >= 1 && a.batch % b === 0) {
    return { batch: a.batch / b };
  }
  return undefined;
}
