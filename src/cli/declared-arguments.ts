import type { CommandModule, Options, PositionalOptions } from "yargs";
import { invariant } from "../diagnostics/invariant.js";

/** A positional of `name <file> [more..]`. */
export interface DeclaredPositional {
  readonly name: string;
  readonly isRequired: boolean;
  /** Whether it takes all remaining arguments. */
  readonly isMany: boolean;
  readonly options: PositionalOptions;
}

/** A command's declarations for yargs, as data. */
export interface DeclaredArguments {
  readonly options: ReadonlyMap<string, Options>;
  readonly positionals: readonly DeclaredPositional[];
  /** Command lines and their descriptions. */
  readonly examples: readonly (readonly [command: string, description: string])[];
}

const understoodKeys = new Set([
  "type",
  "describe",
  "default",
  "defaultDescription",
  "choices",
  "alias",
  "array",
  "demandOption",
  "requiresArg",
  "hidden",
]);

/** Whether an option is a switch, a number or text. */
export function typeOf(option: Options): "boolean" | "number" | "string" {
  const type = option.type ?? "string";
  invariant(type === "boolean" || type === "number" || type === "string", `no option of type ${type} is known`);
  return type;
}

function checkKeys(module: CommandModule, name: string, option: object): void {
  for (const key of Object.keys(option)) {
    invariant(understoodKeys.has(key), `${String(module.command)}: "${key}" of ${name} is not understood here`);
  }
}

/** Runs a command's builder with a recorder instead of yargs. A builder that does anything but describe is a bug. */
export function declaredArguments(module: CommandModule): DeclaredArguments {
  const options = new Map<string, Options>();
  const described = new Map<string, PositionalOptions>();
  const examples: (readonly [string, string])[] = [];
  const { builder } = module;
  const recorder: object = new Proxy(
    {},
    {
      get:
        (_, method) =>
        (name: string, about: object | string = {}) => {
          if (typeof about === "string" && method === "example") examples.push([name, about]);
          else if (typeof about === "object" && method === "positional") described.set(name, about);
          else if (typeof about === "object" && method === "option") options.set(name, about);
          else invariant(false, `a command's builder calls ${String(method)}`);
          return recorder;
        },
    },
  );
  if (typeof builder === "function") (builder as (parser: unknown) => unknown)(recorder);
  const [signature = ""] = [module.command].flat();
  const places = [...signature.matchAll(/([<[])([a-z0-9-]+)(\.\.\.?)?[>\]]/g)];
  const positionals = places.map(([, bracket, name = "", dots]): DeclaredPositional => {
    const option = described.get(name);
    invariant(option?.type === "string", `${signature} does not describe ${name} as a string`);
    return { name, isRequired: bracket === "<", isMany: dots !== undefined, options: option };
  });
  for (const [name, option] of [...options, ...described]) checkKeys(module, name, option);
  return { options, positionals, examples };
}
