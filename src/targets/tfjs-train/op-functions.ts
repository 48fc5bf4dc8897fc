/**
 * Calls that depend on the backend, as functions of a printed module: libtensorflow's ops are called if available, otherwise composed of
 * kernels; kernels that WebAssembly lacks are composed of others there.
 */
import type { NativeAttribute, Register } from "../../ops/tfjs/builder.js";
import type { Call, ChoiceCall, NativeCall } from "../../ops/tfjs/calls.js";
import { composed } from "../../ops/tfjs/composed-kernels.js";
import type { NativeOp } from "../../ops/tfjs/kernel-signatures.js";
import { type NativeForm, nativeOps } from "../../ops/tfjs/native-ops.js";
import { literal } from "../tfjs/literal.js";
import { printCall, printConstant, variable } from "../tfjs/print-function.js";
import { ProgramWriter } from "../tfjs/program-writer.js";
import { finishProgram } from "../tfjs/tfjs-program.js";

type Varying = NativeCall | ChoiceCall;

export interface OpFunctions {
  readonly names: readonly string[];
  readonly nameOf: (call: Varying) => string;
  /** The function `opsOf(tf)`, which returns all of them by name, and the functions that it needs. */
  readonly text: string;
}

/** The form of an op. A program for a CPU has only these. */
export const nativeForm = ({ name }: NativeCall): NativeForm => nativeOps[name as NativeOp];

/** One form of a call, as an expression. */
type Way = "native" | "kernel" | "composed";

interface Named {
  readonly name: string;
  readonly kind: Varying["kind"];
  readonly ways: Readonly<Record<Way, string>>;
}

function waysOf(call: Varying): Named["ways"] {
  if (call.kind === "native") {
    const composed = composition(call, nativeForm(call).composed);
    return { native: nativeCall(call), kernel: "", composed };
  }
  const { name, names, attributes, about } = call;
  const named = (inputs: readonly Register[]) =>
    Object.fromEntries(names.map((each, i) => [each, inputs[i] as Register]));
  return {
    native: "",
    kernel: composition(call, (writer, inputs) => [writer.kernel(name, named(inputs), attributes)]),
    composed: composition(call, (writer, inputs) => [composed(name, writer, inputs, about)]),
  };
}

/** One function for all calls that do the same. */
export function opFunctions(calls: readonly Call[]): OpFunctions {
  const found = new Map<string, Named>();
  const taken = new Map<string, number>();
  const names = new Map<Varying, string>();
  for (const call of calls) {
    if (call.kind === "kernel") continue;
    const ways = waysOf(call);
    const key = JSON.stringify([call.name, ways]);
    const count = (taken.get(call.name) ?? 0) + 1;
    const plain = `${call.name[0]?.toLowerCase()}${call.name.slice(1)}`;
    const made = found.get(key) ?? { name: count === 1 ? plain : `${plain}With${count}`, kind: call.kind, ways };
    if (!found.has(key)) taken.set(call.name, count);
    found.set(key, made);
    names.set(call, made.name);
  }
  const functions = [...found.values()];
  return {
    names: functions.map(({ name }) => name),
    nameOf: (call) => names.get(call) ?? "",
    text: printFunctions(functions),
  };
}

function printFunctions(functions: readonly Named[]): string {
  const natives = functions.filter(({ kind }) => kind === "native");
  const choices = functions.filter(({ kind }) => kind === "choice");
  const table = (named: readonly Named[], way: Way): string =>
    `  return {\n${named.map(({ name, ways }) => `    ${name}: ${ways[way]},\n`).join("")}  };`;
  const some = (named: readonly Named[], ...texts: readonly string[]): readonly string[] =>
    named.length === 0 ? [] : texts;
  const opsOf = [
    "/** What backends do in different ways, for the backend of this moment. */",
    "function opsOf(tf) {",
    ...some(
      natives,
      "  // On a GPU libtensorflow's batch norms give other statistics.",
      '  const isNative = tf.getBackend() === "tensorflow" && !tf.backend().isUsingGpuDevice;',
    ),
    "  return {",
    ...some(natives, "    ...(isNative ? nativeOps(tf) : composedOps(tf)),"),
    ...some(choices, '    ...(tf.getBackend() === "wasm" ? composedKernels(tf) : kernels(tf)),'),
    "  };",
    "}\n",
  ].join("\n");
  return [
    opsOf,
    ...some(
      natives,
      `/** Ops of libtensorflow itself. */\nfunction nativeOps(tf) {\n${callsNative}${table(natives, "native")}\n}\n`,
      `/** The same, composed of what every backend has. */\nfunction composedOps(tf) {\n${table(natives, "composed")}\n}\n`,
    ),
    ...some(
      choices,
      `/** Kernels of gradients. */\nfunction kernels(tf) {\n${table(choices, "kernel")}\n}\n`,
      `/** The same on WebAssembly, which lacks them, or has them wrong. */\nfunction composedKernels(tf) {\n${table(choices, "composed")}\n}\n`,
    ),
  ].join("\n");
}

const typeNames = { text: "TF_ATTR_STRING", truth: "TF_ATTR_BOOL", float: "TF_ATTR_FLOAT", type: "TF_ATTR_TYPE" };

function attribute(name: string, value: NativeAttribute): string {
  const told = (type: string, text: string): string => `{ name: "${name}", type: binding.${type}, value: ${text} }`;
  if (typeof value === "string") return told(typeNames.text, JSON.stringify(value));
  if (typeof value === "boolean") return told(typeNames.truth, String(value));
  if ("float" in value) return told(typeNames.float, literal(value.float));
  if ("type" in value)
    return told(typeNames.type, value.type === "float32" ? "binding.TF_FLOAT" : "binding.TF_COMPLEX64");
  return told("TF_ATTR_INT", literal(value));
}

const callsNative = `  const backend = tf.backend();
  const { binding } = backend;
  // Of all results those that are used.
  const op = (name, results, used, attributes) => (...inputs) => {
    const made = backend.executeMultipleOutputs(name, attributes, inputs, results);
    tf.dispose(made.filter((_, i) => !used.includes(i)));
    return used.map((i) => made[i]);
  };
`;

function nativeCall(call: NativeCall): string {
  const { results, used } = nativeForm(call);
  const told = Object.entries(call.attributes).map(([key, value]) => `      ${attribute(key, value)},\n`);
  return `op("${call.name}", ${results}, ${literal(used)}, [\n${told.join("")}    ])`;
}

type Writing = (
  writer: ProgramWriter,
  inputs: readonly Register[],
  attributes: NativeCall["attributes"],
) => readonly Register[];

function composition(call: Varying, way: Writing): string {
  const writer = new ProgramWriter({ native: false });
  const inputs = call.inputs.map(() => writer.fresh([]));
  const attributes = call.kind === "native" ? call.attributes : {};
  const results = way(writer, inputs, attributes);
  const port = { name: "", shape: [], isBool: false };
  const { calls, constants } = finishProgram({
    calls: writer.calls,
    registers: writer.registers,
    constants: writer.constants,
    inputs: [],
    outputs: results.map((register) => ({ ...port, register })),
    state: [],
  });
  const result = call.kind === "native" ? `[${results.map(variable).join(", ")}]` : variable(results[0] as number);
  const statements = [
    ...constants.map((constant) => `const ${variable(constant.register)} = ${printConstant(constant)};`),
    ...calls.flatMap((each) => (each.kind === "kernel" ? [printCall(each)] : [])),
    `return ${result};`,
  ];
  return `(${inputs.map(variable).join(", ")}) =>
      tf.tidy(() => {
${statements.map((line) => `        ${line}\n`).join("")}      })`;
}
