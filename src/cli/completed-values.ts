/** What shells offer as the value of a flag, or as an argument without one. */
import type { Options } from "yargs";
import { catalogue } from "../diagnostics/catalogue.js";
import { engines } from "../engines/registry.js";
import { targetNames } from "./build-targets.js";
import { type DeclaredArguments, typeOf } from "./declared-arguments.js";

/** What `lferc completion` lists of a file, for scripts of shells. */
export const nameKinds = ["models", "recipes"] as const;
export type NameKind = (typeof nameKinds)[number];

/** Words of a fixed list, or names in the file that the command line already has. Without either: file names. */
export interface CompletedValue {
  readonly words?: readonly string[];
  readonly namesOf?: NameKind;
}

/** A command as completion sees it. */
export interface CompletedCommand {
  readonly name: string;
  readonly summary: string;
  readonly flags: readonly CompletedFlag[];
  /** The positionals in their order. */
  readonly places: readonly CompletedPlace[];
}

export interface CompletedFlag {
  /** Its spellings: `-o`, `--output`. */
  readonly spellings: readonly string[];
  /** What it is called when its value is asked for. */
  readonly name: string;
  readonly about: string;
  readonly isMany: boolean;
  /** Undefined for a switch. */
  readonly value: CompletedValue | undefined;
}

export interface CompletedPlace {
  readonly name: string;
  readonly isMany: boolean;
  readonly value: CompletedValue;
}

const codes = Object.keys(catalogue);

/** Values that are not declared as choices, because the command has a message of its own for others. */
const valuesByName: Readonly<Record<string, CompletedValue>> = {
  target: { words: targetNames },
  engine: { words: ["auto", ...engines.map(({ name }) => name)] },
  model: { namesOf: "models" },
  recipe: { namesOf: "recipes" },
  deny: { words: ["warnings", ...codes] },
  code: { words: codes },
};

const offeredFor = (name: string, { choices }: Pick<Options, "choices">): CompletedValue =>
  choices === undefined ? (valuesByName[name] ?? {}) : { words: choices.map(String) };

/** The spellings of an option; a switch that is on by default can be turned off. */
function spellingsOf(name: string, option: Options): readonly string[] {
  const short = [option.alias ?? []].flat().map((alias) => (alias.length === 1 ? `-${alias}` : `--${alias}`));
  const isOn = typeOf(option) === "boolean" && String(option.default ?? option.defaultDescription) === "true";
  return [...short, `--${isOn ? `no-${name}` : name}`];
}

export function completedCommand(name: string, summary: string, declared: DeclaredArguments): CompletedCommand {
  const flags = [...declared.options].map(
    ([option, about]): CompletedFlag => ({
      spellings: spellingsOf(option, about),
      name: option,
      about: about.describe ?? "",
      isMany: about.array === true,
      value: typeOf(about) === "boolean" ? undefined : offeredFor(option, about),
    }),
  );
  const places = declared.positionals.map(
    ({ name: place, isMany, options }): CompletedPlace => ({ name: place, isMany, value: offeredFor(place, options) }),
  );
  return { name, summary, flags, places };
}
