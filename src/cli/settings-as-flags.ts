/** A recipe's or model's parameter given as a flag, `--lr 0.1`: finds the `--set` that is meant. */
import type { CommandModule } from "yargs";
import { type Diagnostic, diagnose } from "../diagnostics/diagnostic.js";
import type { Settable, SettingNames } from "../semantics/models/setting-names.js";
import { declaredArguments } from "./declared-arguments.js";
import { parametersMeant } from "./other-words.js";
import { readArguments } from "./read-arguments.js";
import { shellWord } from "./shell-word.js";
import { workingFolder } from "./working-folder.js";

interface UnknownFlag {
  /** As given: `--batch-size`. */
  readonly flag: string;
  /** As a parameter's name. */
  readonly name: string;
  readonly value: string;
}

interface Usual {
  readonly declaration: string;
  readonly use: string;
}

/** How a recipe declares the most requested parameters. */
const usual: Readonly<Record<string, Usual>> = {
  lr: { declaration: "lr: float = 0.01", use: "optimizer = sgd(lr: lr)" },
  weight_decay: {
    declaration: "weight_decay: float = 0.0001",
    use: "optimizer = sgd(lr: 0.01, weight_decay: weight_decay)",
  },
  momentum: { declaration: "momentum: float = 0.9", use: "optimizer = sgd(lr: 0.01, momentum: momentum)" },
  batch: { declaration: "batch: int = 32", use: "train = run(batch: batch, epochs: 30)" },
  epochs: { declaration: "epochs: int = 30", use: "train = run(batch: 32, epochs: epochs)" },
  seed: { declaration: "seed: int = 0", use: "train = run(batch: 32, epochs: 30, seed: seed)" },
};

/** The unknown flags of a command line, each with its value, and the other arguments. */
function unknownFlags(module: CommandModule, args: readonly string[]) {
  const known = new Set(
    [...declaredArguments(module).options].flatMap(([name, { alias = [] }]) => [name, ...[alias].flat()]),
  );
  const end = args.includes("--") ? args.indexOf("--") : args.length;
  const flags: UnknownFlag[] = [];
  const others: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] as string;
    const [, word, inline] = /^--([a-z][\w-]*)(?:=(.*))?$/is.exec(arg) ?? [];
    if (i >= end || word === undefined || known.has(word) || (word.startsWith("no-") && known.has(word.slice(3)))) {
      others.push(arg);
      continue;
    }
    const next = args[i + 1];
    const follows = inline === undefined && next !== undefined && i + 1 < end && /^(?!-)|^-[\d.]/.test(next);
    if (follows) i++;
    const name = word.replaceAll("-", "_");
    flags.push({ flag: `--${word}`, name, value: (follows ? next : inline) ?? "VALUE" });
  }
  return { flags, others };
}

/** The parameter that a flag refers to, and its declaration. */
function parameterMeant({ name }: UnknownFlag, { recipes, models }: SettingNames) {
  for (const word of [name, parametersMeant.get(name)]) {
    const has = ({ parameters }: Settable): boolean => word !== undefined && parameters.includes(word);
    const [recipe] = recipes.filter(has);
    if (recipe !== undefined) return { parameter: word as string, owner: `recipe ${recipe.name}` };
    const [model] = models.filter(has);
    if (model !== undefined) return { parameter: word as string, owner: `model ${model.name}` };
  }
  return undefined;
}

/** Commands whose `--set` gives sizes of an ONNX file, and no parameter. */
const settingSizes: ReadonlySet<string> = new Set(["check", "init"]);

const settingOf = (parameter: string, value: string): string => `--set ${shellWord(`${parameter}=${value}`)}`;

/** The suggestion for an unknown flag, if the file has a parameter of this name or could have one. */
export async function settingMeant(
  command: string,
  module: CommandModule,
  args: readonly string[],
  { code }: Diagnostic,
): Promise<Diagnostic | undefined> {
  if (code !== "tool/unknown-flag" || !declaredArguments(module).options.has("set")) return undefined;
  if (settingSizes.has(command)) return undefined;
  const { flags, others } = unknownFlags(module, args);
  const [first] = flags;
  const read = readArguments(command, module, others);
  if (first === undefined || read.kind !== "values") return undefined;
  const { path = read.values.file, recipe } = read.values;
  const [file] = [path].flat();
  if (typeof file !== "string" || !file.endsWith(".lfer")) return undefined;
  const { loadFile } = await import("./compile-file.js");
  const { settingNames } = await import("../semantics/models/setting-names.js");
  const all = settingNames((await loadFile(file, workingFolder())).sources);
  // A command that takes no recipe sets parameters of models only.
  const isOfRecipes = ["recipe", "rows"].some((option) => declaredArguments(module).options.has(option));
  const recipes = all.recipes.filter(({ name }) => isOfRecipes && (recipe === undefined || name === recipe));
  const names = { ...all, recipes };
  const meant = parameterMeant(first, names);
  if (meant !== undefined) {
    const said = flags.flatMap((flag) => {
      const other = parameterMeant(flag, names);
      return other === undefined ? [] : [settingOf(other.parameter, flag.value)];
    });
    const { parameter: name, owner } = meant;
    return diagnose("tool/flag-is-setting", { command, flag: first.flag, name, owner, said: said.join(" ") });
  }
  const name = parametersMeant.get(first.name) ?? first.name;
  const [open] = names.recipes;
  const way = Object.hasOwn(usual, name) ? usual[name] : undefined;
  if (way === undefined || open === undefined || (recipe === undefined && names.recipes.length > 1)) return undefined;
  const holes = { command, flag: first.flag, name, recipe: open.name, ...way, value: first.value };
  return diagnose("tool/setting-not-declared", holes);
}
