import type { CommandModule, Options, PositionalOptions } from "yargs";

// yargs takes as long to load and parse as Node itself takes to start, so it is kept off the way of a command line that is
// plainly right. Whatever is not plain (help, short flags in a bunch, mistakes of any kind) is left to yargs: this file
// never refuses anything, it only declines. test/cli/fast-arguments.test.ts holds it to yargs' answers.

/** What a command declares to yargs, written down. */
interface Declared {
  readonly options: Map<string, Options>;
  readonly positionals: Map<string, PositionalOptions>;
  /** False when the builder used something that is not written down here. */
  understood: boolean;
}

const silent = new Set(["example", "epilogue", "epilog", "usage", "group", "wrap"]);

/** Runs a builder against a recorder instead of yargs. */
function declarationsOf(module: CommandModule): Declared {
  const declared: Declared = { options: new Map(), positionals: new Map(), understood: true };
  if (module.builder === undefined) return declared;
  if (typeof module.builder !== "function") {
    for (const [name, option] of Object.entries(module.builder)) declared.options.set(name, option);
    return declared;
  }
  const recorder: object = new Proxy(
    {},
    {
      get: (_, method) => (first: unknown, second: unknown) => {
        if (method === "positional") declared.positionals.set(String(first), (second ?? {}) as PositionalOptions);
        else if (method === "option" && typeof first === "string")
          declared.options.set(first, (second ?? {}) as Options);
        else if ((method === "options" || method === "option") && typeof first === "object" && first !== null) {
          for (const [name, option] of Object.entries(first)) declared.options.set(name, option as Options);
        } else if (typeof method !== "string" || !silent.has(method)) declared.understood = false;
        return recorder;
      },
    },
  );
  // The builder only describes; what it returns is the recorder again.
  (module.builder as (parser: unknown) => unknown)(recorder);
  return declared;
}

const plainOptionKeys = new Set([
  "type",
  "describe",
  "description",
  "desc",
  "default",
  "defaultDescription",
  "choices",
  "alias",
  "array",
  "demandOption",
  "requiresArg",
  "hidden",
  "string",
  "number",
  "boolean",
  "nargs",
]);

type Values = Record<string, unknown>;

const camelCase = (name: string): string => name.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

const typeOf = (option: Options): string | undefined =>
  option.type ??
  (option.string ? "string" : option.number ? "number" : option.boolean ? "boolean" : undefined) ??
  (option.choices?.every((choice) => typeof choice === "string") ? "string" : undefined);

/** One value as its type, or undefined to decline. */
function readValue(option: Options, text: string): string | number | undefined {
  if (text.startsWith("-") || text === "") return undefined;
  if (option.choices !== undefined && !option.choices.includes(text)) return undefined;
  if (typeOf(option) === "string") return text;
  if (typeOf(option) === "number" && /^(?:0|[1-9]\d{0,14})(?:\.\d{1,15})?$/.test(text)) return Number(text);
  return undefined;
}

function setBoth(values: Values, name: string, value: unknown): void {
  values[name] = value;
  values[camelCase(name)] = value;
}

/** Reads the flags into `values` and gives back what is left, or undefined to decline. */
function readFlags(
  args: readonly string[],
  options: ReadonlyMap<string, Options>,
  values: Values,
): string[] | undefined {
  const byFlag = new Map<string, string>();
  for (const [name, { alias = [] }] of options) {
    for (const flag of [name, ...[alias].flat()]) byFlag.set(flag, name);
  }
  const rest: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? "";
    if (!arg.startsWith("-")) {
      rest.push(arg);
      continue;
    }
    const [, dashes = "", flag = "", , inline] = /^(--?)([a-z][a-z0-9-]*)(=([\s\S]*))?$/.exec(arg) ?? [];
    if (dashes.length !== (flag.length === 1 ? 1 : 2) || (dashes === "-" && inline !== undefined)) return undefined;
    const negated = !byFlag.has(flag) && flag.startsWith("no-");
    const name = byFlag.get(negated ? flag.slice(3) : flag);
    const option = name === undefined ? undefined : options.get(name);
    if (name === undefined || option === undefined) return undefined;
    const isArray = option.array === true;
    if (values[name] !== undefined && !isArray) return undefined;
    if (typeOf(option) === "boolean") {
      if (inline !== undefined || isArray || args[i + 1] === "true" || args[i + 1] === "false") return undefined;
      setBoth(values, name, !negated);
      continue;
    }
    const value = negated ? undefined : readValue(option, inline ?? args[++i] ?? "");
    if (value === undefined) return undefined;
    setBoth(values, name, isArray ? [...((values[name] as unknown[] | undefined) ?? []), value] : value);
  }
  return rest;
}

/** Hands the rest to the positionals of `name <one> [path..]`; false to decline. */
function readPositionals(module: CommandModule, declared: Declared, rest: readonly string[], values: Values): boolean {
  const [signature = ""] = [module.command].flat();
  let at = 0;
  for (const [, bracket = "", name = "", dots] of signature.matchAll(/([<[])([a-z0-9-]+)(\.\.\.?)?[>\]]/g)) {
    const option = declared.positionals.get(name);
    if (option === undefined || option.type !== "string" || option.alias !== undefined || option.coerce !== undefined)
      return false;
    const taken = rest.slice(at, dots === undefined ? at + 1 : undefined);
    at += taken.length;
    if (taken.length === 0 && bracket === "<") return false;
    if (option.choices !== undefined && !taken.every((value) => option.choices?.includes(value))) return false;
    if (dots !== undefined) setBoth(values, name, taken.length === 0 ? (option.default ?? []) : taken);
    else if (taken.length > 0 || option.default !== undefined) setBoth(values, name, taken[0] ?? option.default);
  }
  return at === rest.length;
}

/** The arguments as yargs would hand them to the command's handler, or undefined where yargs has to look at them. */
export function fastArguments(name: string, module: CommandModule, args: readonly string[]): Values | undefined {
  const declared = declarationsOf(module);
  const options = [...declared.options.values()];
  if (!declared.understood || !options.every((o) => Object.keys(o).every((key) => plainOptionKeys.has(key))))
    return undefined;
  const values: Values = {};
  const rest = readFlags(args, declared.options, values);
  if (rest === undefined || !readPositionals(module, declared, rest, values)) return undefined;
  for (const [option, { default: value, demandOption }] of declared.options) {
    if (values[option] !== undefined) continue;
    if (demandOption !== undefined && demandOption !== false) return undefined;
    if (value !== undefined) setBoth(values, option, value);
  }
  return { ...values, _: [name], $0: "lferc" };
}
