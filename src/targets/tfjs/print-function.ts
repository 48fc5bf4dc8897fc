/** A lowered function as a JavaScript function that calls `tf`. */
import type { Register } from "../../ops/tfjs/builder.js";
import { literal } from "./literal.js";
import { formOf, type LoweredFunction, namedInputs, nativeRefusal, type Unwritable } from "./lowered-function.js";

const variable = (register: Register): string => `t${register}`;

/** `function NAME(tf, inputs)`: tensors by the names of the inputs to tensors by the names of the outputs. */
export function printFunction(name: string, lowered: LoweredFunction): string | Unwritable {
  const { calls, constants, inputs, outputs } = lowered;
  const unwritable = calls.flatMap((call) => (call.kind === "native" ? [nativeRefusal(call.name)] : []));
  if (unwritable.length > 0) return { unwritable };
  const taken = inputs.map((port) => `const ${variable(port.register)} = inputs[${JSON.stringify(port.name)}];`);
  const held = constants.map(({ register, values, shape }) => {
    const dtype = values instanceof Int32Array ? "int32" : "float32";
    return `const ${variable(register)} = tf.tensor(${literal(values)}, ${literal(shape)}, "${dtype}");`;
  });
  const made = calls.flatMap((call) => {
    if (call.kind === "native") return [];
    const results = call.outputs.map(variable);
    const target = results.length === 1 ? results.join() : `[${results.join(", ")}]`;
    return [`const ${target} = ${formOf(call.name).print(namedInputs(call, variable), call.attributes)};`];
  });
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
