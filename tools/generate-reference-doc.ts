import { conventionTable } from "../src/analysis/conventions.js";
import { surfaces } from "../src/ops/registry.js";
import type { AnySurface, Parameter, ParameterKind } from "../src/ops/surface.js";
import {
  type ConventionName,
  conventions,
  type MeasuredName,
  type plainMeasures,
  type Quantity,
} from "../src/recipe/measures.js";
import type { RecipeParameter, RecipeSignature, RecipeType } from "../src/recipe/signature.js";
import { recipeKeys, recipeSignatures, requiredRecipeKeys } from "../src/recipe/signatures.js";
import { combinators } from "../src/semantics/calls/combinators.js";
import { initializers } from "../src/semantics/calls/initializers.js";
import { records } from "../src/semantics/calls/records.js";
import { scalarFunctions } from "../src/semantics/calls/scalar-functions.js";
import type { SignatureParameter } from "../src/semantics/calls/signature.js";
import { tensorLiterals } from "../src/semantics/calls/tensor-literals.js";
import { standardLibrary } from "../src/std/sources.js";
import type { Declaration } from "../src/syntax/ast.js";
import { softKeywords } from "../src/syntax/literals.js";
import { parse } from "../src/syntax/parse.js";
import { keywords } from "../src/syntax/tokens.js";
import { type GeneratedFile, markdownNote } from "./generated-file.js";

const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", " ");

const table = (header: readonly string[], rows: readonly (readonly string[])[]): string =>
  [header, header.map(() => "---"), ...rows].map((row) => `| ${row.map(cell).join(" | ")} |\n`).join("");

const code = (text: string): string => `\`${text}\``;

/** As a sentence, whatever the table contains; file names keep their first letter. */
function sentence(text: string): string {
  const isWord = /^[a-z]+(?![\w.])/.test(text);
  return `${isWord ? text.charAt(0).toUpperCase() + text.slice(1) : text}${text.endsWith(".") ? "" : "."}`;
}

function bounds({ min, max }: { readonly min?: number; readonly max?: number }): string {
  if (min !== undefined && max !== undefined) return `, ${min} to ${max}`;
  if (min !== undefined) return `, at least ${min}`;
  return max === undefined ? "" : `, at most ${max}`;
}

const words = (options: readonly string[] | undefined): string | undefined =>
  options?.map((option) => `"${option}"`).join(" or ");

const kindsInWords: Readonly<Record<ParameterKind, string>> = {
  int: "int",
  float: "float",
  bool: "bool",
  string: "string",
  size: "int or (height, width)",
  ints: "int, or several: (1, 2)",
  floats: "float or [float]",
  shape: "[int], multiples of N too",
};

/** As a user would write it: a size of two equal sides is one number. */
function writtenValue(value: unknown): string {
  const isSquare = Array.isArray(value) && value.length === 2 && value[0] === value[1];
  const written = JSON.stringify(isSquare ? value[0] : value);
  // 0.00001 is more readable in the usual notation of an epsilon.
  return typeof value === "number" && value !== 0 && Math.abs(value) < 1e-3 ? value.toExponential() : written;
}

function defaultInWords({ default: value, computed }: Parameter): string {
  if (computed !== undefined) return computed;
  return value === undefined ? "required" : code(writtenValue(value));
}

function opSignature({ name, kind, inputs, parameters }: AnySurface): string {
  const required = Object.entries(parameters).filter(([, p]) => p.default === undefined && p.computed === undefined);
  const stage = `${name}${required.length === 0 ? "" : `(${required.map(([key]) => key).join(", ")})`}`;
  if (kind === "block") return `x -> ${stage}`;
  const tensors = inputs === "many" ? ["a", "b", "..."] : inputs.map((input) => (input === "input" ? "x" : input));
  const call = `${name}(${[...tensors, ...required.map(([key]) => `${key}: ...`)].join(", ")})`;
  return tensors.length === 1 ? `x -> ${stage}\` or \`${call}` : `(${tensors.join(", ")}) -> ${stage}\` or \`${call}`;
}

function opSection(surface: AnySurface): string {
  const rows = Object.entries(surface.parameters).map(([name, parameter]) => {
    const kind = `${words(parameter.options) ?? kindsInWords[parameter.kind]}${bounds(parameter)}`;
    return [code(name), kind, defaultInWords(parameter), parameter.doc];
  });
  const parameters = rows.length === 0 ? "" : `\n${table(["parameter", "type", "default", "meaning"], rows)}`;
  return `### ${surface.name}\n\n${code(opSignature(surface))}: ${surface.doc}\n${parameters}`;
}

function signatureInWords(name: string, parameters: readonly SignatureParameter[]): string {
  if (parameters.length === 0) return code(name);
  const written = parameters.map((p) => `${p.name}: ${p.type}`);
  const optional = parameters.filter((p) => !p.required).map((p) => code(p.name));
  return `${code(`${name}(${written.join(", ")})`)}${optional.length === 0 ? "" : ` (${optional.join(", ")} optional)`}`;
}

function signatureTable(entries: Readonly<Record<string, { doc: string; parameters: readonly SignatureParameter[] }>>) {
  const rows = Object.entries(entries).map(([name, { doc, parameters }]) => [
    signatureInWords(name, parameters),
    sentence(doc),
  ]);
  return table(["written", "meaning"], rows);
}

function initializerTable(): string {
  const rows = Object.entries(initializers).map(([name, { doc, parameters }]) => {
    const written = parameters.map((p) => `${p.name}: float${p.default === undefined ? "" : ` = ${p.default}`}`);
    return [code(written.length === 0 ? name : `${name}(${written.join(", ")})`), sentence(doc)];
  });
  return table(["written", "initial value"], rows);
}

const typeInWords = (type: RecipeType): string =>
  typeof type === "string" ? type : "listOf" in type ? `[${type.listOf}]` : `[${type.things}]`;

function recipeDefault(parameter: RecipeParameter): string {
  return parameter.default === undefined ? "required" : code(writtenValue(parameter.default));
}

function thingSection(signature: RecipeSignature): string {
  const rows = signature.parameters.map((parameter) => {
    const type = `${words(parameter.options) ?? typeInWords(parameter.type)}${bounds(parameter)}`;
    return [code(parameter.name), type, recipeDefault(parameter), parameter.doc];
  });
  const parameters = rows.length === 0 ? "" : `\n${table(["parameter", "type", "default", "meaning"], rows)}`;
  return `#### ${signature.name}\n\n${sentence(signature.doc)}\n${parameters}`;
}

const keysInWords: Readonly<Record<keyof typeof recipeKeys, string>> = {
  student: "the model or variant to train, optionally with arguments; its outputs are fields: `student.logits`",
  teacher:
    '`frozen(model, weights: "file.safetensors", labels: [...], trained_by: Recipe)`: a model that is not trained; its outputs are fields; `labels` if neither the model nor the file names its classes; `trained_by` is the recipe that makes the file if it does not exist',
  data: "the source of pictures and labels; `data.label` is the target distribution, [N, classes], in the order of the student's labels",
  loss: "one number, computed from `student`'s and `teacher`'s outputs and `data.label`",
  optimizer: "how weights change",
  schedule: "how the learning rate changes",
  train: "how long",
  evaluation: "how a picture is evaluated, for accuracy and by `predict`; default `single_view`",
};

function recipeText(): string {
  const required: readonly string[] = requiredRecipeKeys;
  const keys = Object.entries(recipeKeys).map(([key, sort]) => {
    const known = recipeSignatures.filter((s) => s.sort === sort).map((s) => code(s.name));
    const meaning = keysInWords[key as keyof typeof recipeKeys];
    return [code(key), required.includes(key) ? "yes" : "no", known.join(", "), sentence(meaning)];
  });
  const sorts = [...new Set(recipeSignatures.map((signature) => signature.sort))];
  const sections = sorts.map((sort) => {
    const things = recipeSignatures.filter((signature) => signature.sort === sort);
    return `### Recipes: ${sort}\n\n${things.map(thingSection).join("\n")}`;
  });
  return `${table(["entry", "required", "takes", "meaning"], keys)}\n${sections.join("\n")}`;
}

const measuresInWords: Readonly<Record<(typeof plainMeasures)[number], string>> = {
  params: "all trained numbers, shared ones once, without parts `in training`",
  param_bytes: "the same in bytes of float32",
  peak_activation_bytes: "the largest sum of values held at one time, float32, batch 1",
  receptive_field:
    "the longer side of the region of the picture that one cell of a map sees. It is the picture's own side after an op that mixes whole rows or columns and keeps the map (softmax or a norm over it, attention, a gate from a global pool); windows may reach beyond the edge. Values that are not maps (after a global pool, `flatten` or `linear`) are not included",
};

const measuredInWords: Readonly<Record<MeasuredName, readonly [example: string, meaning: string]>> = {
  accuracy: [
    'accuracy("faces/test")',
    "share of correct predictions on a part of a data set, measured by `lferc eval`",
  ],
  mean_class_accuracy: ['mean_class_accuracy("faces/test")', "mean of the classes' own accuracies"],
  macro_f1: ['macro_f1("faces/test")', "mean of the classes' F1"],
  calibration_error: ['calibration_error("faces/test")', "gap between predicted probability and accuracy"],
  latency: [
    'latency("phone")',
    "median time for one picture on a machine, measured by `lferc bench --device`; compared with a time, `12ms`",
  ],
  peak_memory: ['peak_memory("phone")', "peak memory of the whole process there, in bytes"],
};

function measureText(): string {
  const measured = Object.values(measuredInWords).map(([example, meaning]) => [code(example), sentence(meaning)]);
  const plain = Object.entries(measuresInWords).map(([name, meaning]) => [code(name), sentence(meaning)]);
  const rows = (Object.entries(conventions) as [ConventionName, readonly Quantity[]][]).map(([name, quantities]) => [
    code(`"${name}"`),
    quantities.map(code).join(", "),
    conventionTable(name).tool,
  ]);
  return `${table(["measure", "meaning"], plain)}
With a convention, \`params("paper")\`, \`macs("fvcore")\`:

${table(["convention", "gives", "counter"], rows)}
Measured, not counted: checked against the results in \`lferc check --results FILE\` ([evaluation.md](evaluation.md)).

${table(["measure", "meaning"], measured)}`;
}

/** What stands before the body: \`block Unit(channels: int) on x\`. */
function declarationHead(declaration: Declaration, text: string): string {
  if (declaration.kind === "ConstDeclaration") return `const ${declaration.name.text}`;
  if (declaration.kind !== "BlockDeclaration" && declaration.kind !== "FunctionDeclaration")
    return declaration.name.text;
  const head = text.slice(declaration.span.start, declaration.body.span.start);
  return head
    .replace(/^(?:\/\/\/[^\n]*\n)+/, "")
    .replace(/\s+/g, " ")
    .replace(/ ?[={] ?$/, "")
    .trim();
}

function libraryText(): string {
  return [...standardLibrary]
    .map(([path, text]) => {
      const rows = parse(path, text).tree.declarations.map((declaration) => [
        code(declarationHead(declaration, text)),
        declaration.doc ?? "",
      ]);
      return `### ${path.replace(/\.lfer$/, "")}\n\n${table(["name", "meaning"], rows)}`;
    })
    .join("\n");
}

/** docs/reference.md: every name of the language. */
export async function generateReferenceDoc(): Promise<GeneratedFile[]> {
  const all = [...surfaces.values()].map(({ surface }) => surface);
  const section = (kind: AnySurface["kind"]): string =>
    all
      .filter((surface) => surface.kind === kind)
      .map(opSection)
      .join("\n");
  const scalars = Object.entries(scalarFunctions).map(([name, { doc, takes }]) => [code(name), takes, sentence(doc)]);
  const reserved = [...keywords.keys()].filter((word) => !softKeywords.has(word));
  const text = `${markdownNote("the tables in src/ops/, src/semantics/, src/recipe/ and src/std/")}

# Reference

Every name of the language. [language.md](language.md) explains how to use them; [ops.md](ops.md) lists the ops behind them, as in
graphs; [counting.md](counting.md) has each counter's rules.

A parameter without a default is required. Parameters may be given by position, in the order of the table, or by name.

## Layers with weights

They can only follow an arrow. Each application creates its own weights, unless the layer is shared.

${section("block")}
## Functions of tensors

After an arrow, their arguments are parameters; in a call the tensors come first and parameters are
named. Arithmetic on tensors and numbers: \`+ - * /\`, \`**\`, \`-x\`; comparisons, which give boolean tensors: \`<\`, \`<=\`, \`>\`, \`>=\`,
\`==\`, \`!=\`; on those \`and\`, \`or\`, \`not\`. Shapes must be equal or broadcast.

${section("function")}
## Layers of layers

${signatureTable(combinators)}
They add nothing to the names of weights.

## Functions of numbers

Called with numbers, lists, or the tensor whose size is needed. Arithmetic: \`+ - * / %\`, \`**\`; division of ints is exact.

${table(["name", "takes", "gives"], scalars)}
\`training\` is true in a graph for training, else false.

## Constant tensors

${signatureTable(tensorLiterals)}
## Initial values of weights

After \`weight NAME: float32[...] =\`.

${initializerTable()}
## Inputs and outputs

${signatureTable(records)}
## Recipes

${recipeText()}
## Measures of a check

${measureText()}
\`at: "PATH"\` measures one part: \`params(at: "stage2")\`, \`madds("paper", at: "stage2.unit_1")\`.

## The standard library

${libraryText()}
## Keywords

They cannot be names, except before the colon of an argument or parameter: ${reserved.map(code).join(", ")}.
`;
  return [{ path: "docs/reference.md", text }];
}
