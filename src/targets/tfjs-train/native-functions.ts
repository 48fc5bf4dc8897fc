/** Ops of libtensorflow as functions of a printed module: called where they are, composed of kernels elsewhere. */
import type { NativeAttribute } from "../../ops/tfjs/builder.js";
import type { Call, NativeCall } from "../../ops/tfjs/calls.js";
import type { NativeOp } from "../../ops/tfjs/kernel-signatures.js";
import { type NativeForm, nativeOps } from "../../ops/tfjs/native-ops.js";
import { literal } from "../tfjs/literal.js";
import { printCall, printConstant, variable } from "../tfjs/print-function.js";
import { ProgramWriter } from "../tfjs/program-writer.js";
import { finishProgram } from "../tfjs/tfjs-program.js";

export interface NativeFunctions {
  readonly names: readonly string[];
  readonly nameOf: (call: NativeCall) => string;
  /** The functions `nativeOps(tf)` and `composedOps(tf)`, each with all of them. */
  readonly text: string;
}

const keyOf = ({ name, attributes, inputs }: NativeCall): string => literal([name, attributes, inputs.length]);

/** How an op is written. A program for a CPU has no others. */
export const nativeForm = ({ name }: NativeCall): NativeForm => nativeOps[name as NativeOp];

/** One function for each op and what it is told. */
export function nativeFunctions(calls: readonly Call[]): NativeFunctions {
  const found = new Map<string, { readonly name: string; readonly call: NativeCall }>();
  const taken = new Map<string, number>();
  for (const call of calls) {
    if (call.kind !== "native" || found.has(keyOf(call))) continue;
    const count = (taken.get(call.name) ?? 0) + 1;
    taken.set(call.name, count);
    const name = `${call.name[0]?.toLowerCase()}${call.name.slice(1)}`;
    found.set(keyOf(call), { name: count === 1 ? name : `${name}With${count}`, call });
  }
  const functions = [...found.values()];
  return {
    names: functions.map(({ name }) => name),
    nameOf: (call) => found.get(keyOf(call))?.name ?? "",
    text: functions.length === 0 ? "" : [native(functions), composed(functions)].join("\n"),
  };
}

interface Named {
  readonly name: string;
  readonly call: NativeCall;
}

const typeNames = { text: "TF_ATTR_STRING", truth: "TF_ATTR_BOOL", float: "TF_ATTR_FLOAT", type: "TF_ATTR_TYPE" };

function attribute(name: string, value: NativeAttribute): string {
  const told = (type: string, text: string): string => `{ name: "${name}", type: binding.${type}, value: ${text} }`;
  if (typeof value === "string") return told(typeNames.text, JSON.stringify(value));
  if (typeof value === "boolean") return told(typeNames.truth, String(value));
  if ("float" in value) return told(typeNames.float, literal(value.float));
  if ("type" in value) return told(typeNames.type, "binding.TF_FLOAT");
  return told("TF_ATTR_INT", literal(value));
}

const native = (functions: readonly Named[]): string => `/** Ops of libtensorflow itself. */
function nativeOps(tf) {
  const backend = tf.backend();
  const { binding } = backend;
  // Of all results those that are used.
  const op = (name, results, used, attributes) => (...inputs) => {
    const made = backend.executeMultipleOutputs(name, attributes, inputs, results);
    tf.dispose(made.filter((_, i) => !used.includes(i)));
    return used.map((i) => made[i]);
  };
  return {
${functions
  .map(({ name, call }) => {
    const { results, used } = nativeForm(call);
    const told = Object.entries(call.attributes).map(([key, value]) => `      ${attribute(key, value)},\n`);
    return `    ${name}: op("${call.name}", ${results}, ${literal(used)}, [\n${told.join("")}    ]),\n`;
  })
  .join("")}  };
}
`;

const composed = (functions: readonly Named[]): string => `/** The same, composed of what every backend has. */
function composedOps(tf) {
  return {
${functions.map(({ name, call }) => `    ${name}: ${composition(call)},\n`).join("")}  };
}
`;

function composition(call: NativeCall): string {
  const writer = new ProgramWriter({ native: false });
  const inputs = call.inputs.map(() => writer.fresh([]));
  const results = nativeForm(call).composed(writer, inputs, call.attributes);
  const port = { name: "", shape: [], isBool: false };
  const { calls, constants } = finishProgram({
    calls: writer.calls,
    registers: writer.registers,
    constants: writer.constants,
    inputs: [],
    outputs: results.map((register) => ({ ...port, register })),
    state: [],
  });
  const statements = [
    ...constants.map((constant) => `const ${variable(constant.register)} = ${printConstant(constant)};`),
    ...calls.flatMap((each) => (each.kind === "kernel" ? [printCall(each)] : [])),
    `return [${results.map(variable).join(", ")}];`,
  ];
  return `(${inputs.map(variable).join(", ")}) =>
      tf.tidy(() => {
${statements.map((line) => `        ${line}\n`).join("")}      })`;
}
