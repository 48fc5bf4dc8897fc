/** A lowered function as a JavaScript function that calls `tf`. */
import type { Register } from "../../ops/tfjs/builder.js";
import type { Constant, KernelCall } from "../../ops/tfjs/calls.js";
import { literal } from "./literal.js";
import { formOf, type LoweredFunction, namedInputs, nativeRefusal, type Unwritable } from "./lowered-function.js";

/** The variable of a register in a printed function. */
export const variable = (register: Register): string => `t${register}`;

/** `const t5 = tf.add(t1, t2);` */
export function printCall(call: KernelCall): string {
  const results = call.outputs.map(variable);
  const target = results.length === 1 ? results.join() : `[${results.join(", ")}]`;
  return `const ${target} = ${formOf(call.name).print(namedInputs(call, variable), call.attributes)};`;
}

/** A constant as an expression that creates its tensor. */
export function printConstant({ values, shape }: Constant): string {
  const isWhole = values instanceof Int32Array;
  if (shape.length === 0) return `tf.scalar(${literal(values[0])}${isWhole ? ', "int32"' : ""})`;
  return `tf.tensor(${literal(values)}, ${literal(shape)}, "${isWhole ? "int32" : "float32"}")`;
}

/** `function NAME(tf, inputs)`: takes tensors by input name, returns tensors by output name. */
export function printFunction(name: string, lowered: LoweredFunction): string | Unwritable {
  const { calls, constants, inputs, outputs } = lowered;
  const unwritable = calls.flatMap((call) => (call.kind === "kernel" ? [] : [nativeRefusal(call.name)]));
  if (unwritable.length > 0) return { unwritable };
  const taken = inputs.map((port) => `const ${variable(port.register)} = inputs[${JSON.stringify(port.name)}];`);
  const held = constants.map((constant) => `const ${variable(constant.register)} = ${printConstant(constant)};`);
  const made = calls.flatMap((call) => (call.kind === "kernel" ? [printCall(call)] : []));
  const given = outputs.map((port) => `${JSON.stringify(port.name)}: ${variable(port.register)}`);
  const lines = [...taken, ...held, ...made, `return { ${given.join(", ")} };`];
  return [
    `function ${name}(tf, inputs) {`,
    "  return tf.tidy(() => {",
    ...lines.map((line) => `    ${line}`),
    "  });",
    "}\n",
  ].join("\n");
}
