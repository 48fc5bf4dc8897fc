/** The rows of an ablation: MODEL:RECIPE is the recipe's student with the arguments of the variant MODEL. */
import { isProblem, type Problem, problem } from "../diagnostics/diagnostic.js";
import { suggest } from "../diagnostics/suggest.js";
import type { ElaboratedRecipe } from "../semantics/recipes/recipes.js";
import type { Settings } from "../studies/settings.js";
import type { StudyRow } from "../studies/study.js";
import type { Declaration, ModelDeclaration, VariantDeclaration } from "../syntax/ast.js";
import { printExpression } from "../syntax/print.js";
import type { StudySource } from "./prepare-rows.js";

interface Pair {
  readonly model: string;
  readonly recipe: string;
}

/** `MODEL:RECIPE,MODEL:RECIPE`. */
export function parseRows(text: string): readonly Pair[] | Problem {
  const pairs: Pair[] = [];
  for (const each of text.split(",").map((part) => part.trim())) {
    const [model = "", recipe = "", ...more] = each.split(":").map((part) => part.trim());
    if (model === "" || recipe === "" || more.length > 0) {
      return problem("study/bad-rows", { text, reason: `"${each}" is not MODEL:RECIPE` });
    }
    if (pairs.some((pair) => pair.model === model && pair.recipe === recipe)) {
      return problem("study/bad-rows", { text, reason: `${each} appears twice` });
    }
    pairs.push({ model, recipe });
  }
  return pairs;
}

/** The base model of a variant, and the arguments that its variants give: `student.NAME` to text. */
interface Variant {
  readonly base: string;
  readonly settings: Settings;
}

type ModelOrVariant = ModelDeclaration | VariantDeclaration;

const isModel = (declaration: Declaration): declaration is ModelOrVariant =>
  declaration.kind === "ModelDeclaration" || declaration.kind === "VariantDeclaration";

/** Whether an expression has the same value in any file. */
const isLiteral = (text: string): boolean =>
  !/[a-z_]/i.test(text.replaceAll(/"(?:[^"\\]|\\.)*"|\btrue\b|\bfalse\b|\d[\d_.]*(?:e[+-]?\d+)?/gi, ""));

function variantNamed(name: string, source: StudySource): Variant | Problem {
  const { entry, files } = source.sources;
  const declared = (path: string): readonly Declaration[] => files.get(path)?.tree.declarations ?? [];
  const own = declared(entry).filter(isModel);
  const chain: VariantDeclaration[] = [];
  for (let wanted = name; ; ) {
    const found = own.find((each) => each.name.text === wanted);
    if (found?.kind === "VariantDeclaration") {
      chain.push(found);
      wanted = found.base.text;
      continue;
    }
    // The model itself may be imported; its parameters' names are needed only for positional arguments.
    const model =
      found ??
      [...files.keys()].flatMap((path) => declared(path).filter(isModel)).find((each) => each.name.text === wanted);
    if (model?.kind !== "ModelDeclaration") {
      const known = own.map((each) => each.name.text);
      const holes = { name, file: source.path, known: known.join(", "), suggestion: suggest(name, known) };
      return problem("resolve/unknown-model", holes);
    }
    const settings = new Map<string, string>();
    for (const variant of chain.toReversed()) {
      for (const [i, argument] of variant.arguments.entries()) {
        const parameter = argument.name?.text ?? model.parameters[i]?.name.text;
        const text = printExpression(argument.value);
        if (found === undefined && !isLiteral(text)) {
          const reason = `${name} is made with ${text}, but its model is in another file, where that may mean something else`;
          return problem("study/bad-rows", { text: name, reason });
        }
        if (parameter !== undefined) settings.set(`student.${parameter}`, text);
      }
    }
    return { base: model.name.text, settings };
  }
}

export interface AblationRows {
  readonly rows: readonly StudyRow[];
  /** Reports that a row's recipe trains another model than the row names. */
  readonly objection: (row: StudyRow, recipe: ElaboratedRecipe) => Problem | undefined;
}

/** The rows of a study; the settings in `set` apply to all of them. */
export function ablationRows(text: string, source: StudySource, set: Settings): AblationRows | Problem {
  const pairs = parseRows(text);
  if (isProblem(pairs)) return pairs;
  const rows: StudyRow[] = [];
  const bases = new Map<StudyRow, string>();
  const objection: AblationRows["objection"] = (row, { name: recipe, student }) => {
    const [model = "", base = ""] = [row.cells.get("model"), bases.get(row)];
    return student.base === base
      ? undefined
      : problem("study/other-student", { model, base, recipe, student: student.name });
  };
  for (const { model, recipe } of pairs) {
    const variant = variantNamed(model, source);
    if (isProblem(variant)) return variant;
    const row: StudyRow = {
      cells: new Map([
        ["model", model],
        ["recipe", recipe],
      ]),
      recipe,
      title: `${model}.${recipe}`,
      settings: new Map([...set, ...variant.settings]),
    };
    rows.push(row);
    bases.set(row, variant.base);
    // Before the variant's arguments are applied to another model.
    const made = source.recipes.find(({ name }) => name === recipe);
    const wrong = made === undefined ? undefined : objection(row, made);
    if (wrong !== undefined) return wrong;
  }
  return { rows, objection };
}
