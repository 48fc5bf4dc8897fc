import type { ValueId } from "../../../ir/graph.js";
import { addDims, type Dim, type DType, type TensorType } from "../../../ir/shape.js";

/** Values are read where a shape may hang on them: of tensors that are not larger. Weights are only measured. */
export const mostNumbers = 4096;

/** Networks have tensors of up to six axes; a file may ask for any number, of each of its nodes. */
export const mostAxes = 64;

/** A tensor that the network computes, or its input. */
export interface TensorOperand {
  readonly kind: "tensor";
  readonly value: ValueId;
  readonly type: TensorType;
}

/** A tensor that stands in the file, or follows from what stands there and from shapes. */
export interface FixedOperand {
  readonly kind: "fixed";
  /** The initializer's; undefined for what was computed. */
  readonly name: string | undefined;
  /** Whether training may have made it: an initializer, or one put into another shape. */
  readonly isTrained: boolean;
  readonly dtype: DType;
  readonly dims: readonly number[];
  /** Row-major, sizes that hang on the batch among them; undefined where they are many or in another file. */
  readonly numbers: readonly Dim[] | undefined;
}

export type Operand = TensorOperand | FixedOperand;

export const countOf = (dims: readonly number[]): number => dims.reduce((product, dim) => product * dim, 1);

/** A computed tensor of these numbers: a vector unless told. */
export function computed(numbers: readonly Dim[], dtype: DType = "int64", dims = [numbers.length]): FixedOperand {
  return { kind: "fixed", name: undefined, isTrained: false, dtype, dims, numbers };
}

/** The same for a list of the file, which may have any length: the values of long ones are not read. */
export function listed(numbers: readonly number[], dtype: DType): FixedOperand {
  const list = computed(numbers, dtype);
  return numbers.length > mostNumbers ? { ...list, numbers: undefined } : list;
}

/** `a operator b` of sizes; undefined where no size comes out. */
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
