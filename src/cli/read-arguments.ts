import type { CommandModule, Options } from "yargs";
import { type Diagnostic, diagnose } from "../diagnostics/diagnostic.js";
import { suggest } from "../diagnostics/suggest.js";
import { type DeclaredArguments, declaredArguments, typeOf } from "./declared-arguments.js";

// yargs takes as long to load and parse as Node takes to start, and has its own error messages. So it only writes the help;
// command lines are parsed here, from the same declarations. test/cli/read-arguments.test.ts compares the results with yargs.

type Values = Record<string, unknown>;

export type ReadArguments =
  | { readonly kind: "values"; readonly values: Readonly<Values> }
  /** Help is requested, whatever else is wrong. */
  | { readonly kind: "help" }
  | { readonly kind: "refused"; readonly diagnostic: Diagnostic };

const camelCase = (name: string): string => name.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

function setBoth(values: Values, name: string, value: unknown): void {
  values[name] = value;
  values[camelCase(name)] = value;
}

function isDiagnostic(value: unknown): value is Diagnostic {
  return typeof value === "object" && value !== null && "severity" in value;
}

const isNumber = (text: string): boolean => /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i.test(text);

/** Whether `text` is a value: a path, a word, a negative number; not a flag. */
const isValue = (text: string): boolean => !text.startsWith("-") || text === "-" || isNumber(text);

/** The values that an option accepts, in words. */
function takes(option: Options): string | undefined {
  if (option.choices !== undefined) return option.choices.map(String).join(", ");
  return { boolean: "true or false", number: "a number", string: undefined }[typeOf(option)];
}

interface Flag {
  readonly name: string;
  readonly option: Options;
  /** As given: `--output`, `-o`. */
  readonly said: string;
  readonly isNegated: boolean;
  /** A value attached to the flag: `--seed=3`, `-o3`. */
  readonly inline: string | undefined;
}

/** One value converted to its type, or an error. */
function readValue(
  command: string,
  { said: flag, option }: Flag,
  text: string | undefined,
): string | number | boolean | Diagnostic {
  const wrong = (suggestion?: string): Diagnostic =>
    diagnose("tool/wrong-value", { command, flag, given: text, takes: takes(option), suggestion });
  const mayBeBare = typeOf(option) === "string" && option.requiresArg === false;
  if (text === undefined || text === "") return text === undefined && mayBeBare ? "" : wrong();
  switch (typeOf(option)) {
    case "boolean":
      return text === "true" || text === "false" ? text === "true" : wrong();
    case "number":
      return isNumber(text) && Number.isFinite(Number(text)) ? Number(text) : wrong();
    case "string": {
      const choices = option.choices?.map(String);
      return choices === undefined || choices.includes(text) ? text : wrong(suggest(text, choices));
    }
  }
}

function findFlag(command: string, declared: DeclaredArguments, arg: string): Flag | Diagnostic {
  const byFlag = new Map<string, string>();
  for (const [name, { alias = [] }] of declared.options) {
    for (const flag of [name, ...[alias].flat()]) byFlag.set(flag, name);
  }
  const isShort = !arg.startsWith("--");
  const [, flag = "", , inline] = (isShort ? /^-(.)(=?(.+))?$/su : /^--([^=]*)(=(.*))?$/s).exec(arg) ?? [];
  const isNegated = !isShort && !byFlag.has(flag) && flag.startsWith("no-");
  const name = (flag.length === 1) === isShort ? byFlag.get(isNegated ? flag.slice(3) : flag) : undefined;
  const option = name === undefined ? undefined : declared.options.get(name);
  const said = isShort ? `-${flag}` : `--${flag}`;
  if (name === undefined || option === undefined || (isNegated && typeOf(option) !== "boolean")) {
    const [word = ""] = arg.replace(/^--?/, "").split("=");
    const place = declared.positionals.find((positional) => positional.name === word)?.name;
    const known = [...byFlag.keys(), "help"].filter((each) => each.length > 1);
    const near = known.includes(word) ? word : suggest(word, known);
    const suggestion = word.length === 1 || place !== undefined ? undefined : near;
    return diagnose("tool/unknown-flag", {
      command,
      flag: arg.split("=")[0] ?? arg,
      suggestion,
      place,
      instead: undefined,
    });
  }
  return { name, option, said, isNegated, inline };
}

/** Parses the flags into `values`; returns the remaining arguments, or an error. */
function readFlags(
  command: string,
  declared: DeclaredArguments,
  args: readonly string[],
  values: Values,
): readonly string[] | Diagnostic {
  const rest: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? "";
    if (arg === "--") return [...rest, ...args.slice(i + 1)];
    if (!arg.startsWith("-") || arg === "-") {
      rest.push(arg);
      continue;
    }
    const found = findFlag(command, declared, arg);
    if (isDiagnostic(found)) return found;
    const { name, option, isNegated, inline } = found;
    const isArray = option.array === true;
    if (values[name] !== undefined && !isArray) return diagnose("tool/flag-said-twice", { flag: name });
    const next = args[i + 1];
    let text = inline;
    if (typeOf(option) === "boolean") {
      const follows = inline === undefined && !isNegated && (next === "true" || next === "false");
      text = isNegated && inline === undefined ? "false" : (inline ?? (follows ? next : "true"));
      if (follows) i++;
    } else if (inline === undefined && next !== undefined && isValue(next)) {
      text = next;
      i++;
    }
    const value = readValue(command, found, text);
    if (isDiagnostic(value)) return value;
    setBoth(values, name, isArray ? [...((values[name] as unknown[] | undefined) ?? []), value] : value);
  }
  return rest;
}

/** Assigns the rest to the positionals; missing or surplus ones are errors. */
function readPositionals(
  command: string,
  { positionals }: DeclaredArguments,
  rest: readonly string[],
  values: Values,
): Diagnostic | undefined {
  let at = 0;
  for (const { name, isRequired, isMany, options } of positionals) {
    const taken = rest.slice(at, isMany ? undefined : at + 1);
    at += taken.length;
    if (taken.length === 0 && isRequired) return missing(command, `<${name}>`, options);
    const unknown = taken.find((word) => options.choices?.includes(word) === false);
    if (unknown !== undefined) {
      const choices = (options.choices ?? []).map(String);
      const holes = { command, flag: `<${name}>`, given: unknown, takes: choices.join(", ") };
      return diagnose("tool/wrong-value", { ...holes, suggestion: suggest(unknown, choices) });
    }
    if (isMany) setBoth(values, name, taken.length === 0 ? (options.default ?? []) : taken);
    else if (taken.length > 0 || options.default !== undefined) setBoth(values, name, taken[0] ?? options.default);
  }
  const surplus = rest[at];
  return surplus === undefined ? undefined : diagnose("tool/unexpected-argument", { command, argument: surplus });
}

const missing = (command: string, argument: string, { describe }: Pick<Options, "describe">): Diagnostic =>
  diagnose("tool/missing-argument", { command, argument, describe: describe ?? "" });

function asksForHelp(args: readonly string[]): boolean {
  const end = args.indexOf("--");
  return (end === -1 ? args : args.slice(0, end)).some((arg) => arg === "--help" || arg === "-h");
}

/** The arguments of a command for its handler: by name, and by camel-case name. */
export function readArguments(command: string, module: CommandModule, args: readonly string[]): ReadArguments {
  if (asksForHelp(args)) return { kind: "help" };
  const declared = declaredArguments(module);
  const refused = (diagnostic: Diagnostic): ReadArguments => ({ kind: "refused", diagnostic });
  const values: Values = {};
  const rest = readFlags(command, declared, args, values);
  if (isDiagnostic(rest)) return refused(rest);
  const wrong = readPositionals(command, declared, rest, values);
  if (wrong !== undefined) return refused(wrong);
  for (const [name, option] of declared.options) {
    if (values[name] !== undefined) continue;
    if (option.demandOption === true) return refused(missing(command, `--${name}`, option));
    if (option.default !== undefined) setBoth(values, name, option.default);
  }
  return { kind: "values", values: { ...values, _: [command], $0: "lferc" } };
}
