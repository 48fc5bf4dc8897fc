/** A graph as the text of a `.lfer` file. */
import type { Graph, GraphInput, Node, ValueId } from "../ir/graph.js";
import type { Dim, TensorType } from "../ir/shape.js";
import { format } from "../syntax/format/format.js";
import { withRuns } from "./block-finder.js";
import { freeName, reservedNames, reservedWords } from "./block-text.js";
import { Cells } from "./cells.js";
import { chainOf } from "./chains.js";
import { type BlockSearch, findBlocks } from "./find-blocks.js";
import type { Block, Vertex, WebLine } from "./parts.js";
import { renderBody, renderWeb, wordOf } from "./render-body.js";
import type { Rendering } from "./render-layers.js";
import { tokensOf } from "./template.js";

export interface RenderOptions {
  /** Where blocks are looked for; undefined: nowhere. */
  readonly search: BlockSearch | undefined;
  /** Whether a recipe that trains the network further is added. */
  readonly hasRecipe: boolean;
  /** Lines about the network, before its model. */
  readonly remarks: readonly string[];
}

const dimText = (dim: Dim): string =>
  typeof dim === "number" ? String(dim) : dim.batch === 1 ? "N" : `${dim.batch} * N`;

function inputText(input: GraphInput, name: string, { dtype, shape }: TensorType): string {
  const { picture } = input;
  const given =
    picture === undefined ? "" : ` = picture(mean: [${picture.mean.join(", ")}], std: [${picture.std.join(", ")}])`;
  return `  input ${name}: ${dtype}[${shape.map(dimText).join(", ")}]${given}`;
}

/** `ResNet18` for `resnet18.torchscript`: a name that a model can have. */
export function modelNameOf(name: string): string {
  const words = name
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== "")
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  const joined = words.join("").slice(0, 60);
  return /^[A-Z]/.test(joined) ? joined : `Model${joined}`;
}

const places = (vertices: readonly Vertex[], inputs: readonly ValueId[]) => {
  const found = new Map<ValueId, readonly [number, number]>(inputs.map((value, i) => [value, [-1, i]]));
  for (const [line, { outputs }] of vertices.entries()) {
    for (const [result, value] of outputs.entries()) found.set(value, [line, result]);
  }
  return found;
};

/** The text of the graph; undefined if it cannot be said. */
export function renderNetwork(
  graph: Graph,
  vertices: ReadonlyMap<Node, Vertex>,
  { search, remarks, hasRecipe }: RenderOptions,
): string | undefined {
  const model = modelNameOf(graph.name);
  const declared = new Set<string>([model, ...reservedWords]);
  const all = [...vertices.values()];
  const found = search ? findBlocks(graph, vertices, declared, search) : { vertices: all, blocks: [] };
  const names = new Set<string>(reservedNames());
  const take = (wanted: string): string => freeName(names, wanted, "_");
  const tables: string[] = [];
  const table = (rows: readonly string[], columns: readonly string[], wanted: string): string => {
    const name = freeName(declared, `${wordOf(wanted)}s`, "_");
    names.add(name);
    tables.push(`// ${columns.join(", ")}\nconst ${name} = [\n${rows.map((row) => `  ${row},\n`).join("")}]`);
    return name;
  };
  // Names that programs use are taken first.
  const outputs = graph.outputs.map(({ name }) => take(/^[a-z_][A-Za-z0-9_]*$/.test(name) ? name : wordOf(name)));
  const inputs = graph.inputs.map(({ name }) => take(/^[a-z_][A-Za-z0-9_]*$/.test(name) ? name : wordOf(name)));
  const cells = new Cells(1, [], [], take);
  const rendering: Rendering = { cells, take, statements: [], uses: new Set(), weights: new Map(), table };
  const [input, output] = [graph.inputs[0]?.value ?? -1, graph.outputs[0]?.value ?? -1];
  const isPlain = graph.inputs.length === 1 && graph.outputs.length === 1;
  const chain = isPlain ? chainOf(found.vertices, input, output) : undefined;
  if (chain !== undefined) {
    const result = renderBody(tokensOf(withRuns(chain)), inputs[0] ?? "x", 1, rendering, true);
    if (result === undefined) return undefined;
    rendering.statements.push(`${outputs[0] ?? "y"} = ${result}`);
  } else {
    const at = places(
      found.vertices,
      graph.inputs.map(({ value }) => value),
    );
    const lines = found.vertices.map(
      ({ layer, inputs: from, outputs: made }): WebLine => ({
        layer,
        from: from.map((value) => at.get(value) ?? [-1, 0]),
        results: made.length,
      }),
    );
    const wanted = graph.outputs.map(({ value }) => at.get(value) ?? ([-1, 0] as const));
    const ends = renderWeb(lines, inputs, wanted, rendering);
    if (ends === undefined) return undefined;
    for (const [i, end] of ends.entries()) rendering.statements.push(`${outputs[i]} = ${end}`);
  }
  const classes = classesOf(graph, rendering.statements, names);
  const body = [
    ...graph.inputs.map((each, i) => inputText(each, inputs[i] ?? "x", graph.types[each.value] as TensorType)),
    "",
    ...rendering.statements.map((each) => `  ${each}`),
    "",
    ...graph.outputs.map(
      ({ labels }, i) => `  output ${outputs[i]}${labels === undefined ? "" : `: labels(${JSON.stringify(labels)})`}`,
    ),
  ];
  const text = [
    "lfer 1",
    ...(hasRecipe && isPlain ? [`import { cross_entropy } from "std/losses"`] : []),
    ...found.blocks.filter((block) => isUsed(block, rendering.uses, found.blocks)).map(({ text: own }) => own),
    ...tables,
    [
      ...remarks.map((line) => `/// ${line}`),
      `model ${model}${classes === undefined ? "" : `(classes: int = ${classes})`} {`,
      ...body,
      "}",
    ].join("\n"),
    ...(hasRecipe && isPlain ? [recipeText(model, outputs[0] ?? "logits", classes)] : []),
  ].join("\n\n");
  const formatted = format("import.lfer", `${text}\n`);
  return formatted.kind === "formatted" ? formatted.text : undefined;
}

/** Makes the number of classes a parameter, if a linear layer ends the network. */
function classesOf(graph: Graph, statements: string[], names: ReadonlySet<string>): number | undefined {
  const [output] = graph.outputs;
  const classes = output === undefined ? undefined : graph.types[output.value]?.shape[1];
  const last = statements.at(-1) ?? "";
  const ending = ` -> linear(${classes})`;
  if (typeof classes !== "number" || names.has("classes") || !last.endsWith(ending)) return undefined;
  statements[statements.length - 1] = `${last.slice(0, -ending.length)} -> linear(classes)`;
  return classes;
}

/** Trains the network further on pictures in folders. */
const recipeText = (model: string, output: string, classes: number | undefined): string => {
  const [given, student] =
    classes === undefined ? ["", model] : [`classes: int = ${classes}, `, `${model}(classes: classes)`];
  return `/// Trains the imported weights further, on pictures in a folder for each class.
recipe FineTune(${given}lr: float = 0.001, weight_decay: float = 1e-4, batch: int = 32, epochs: int = 10, seed: int = 0) {
  student = ${student}
  data = folder(augment: [horizontal_flip(0.5)])
  loss = cross_entropy(student.${output}, data.label)
  optimizer = adam(lr: lr, weight_decay: weight_decay)
  schedule = cosine
  train = run(batch: batch, epochs: epochs, seed: seed)
}`;
};

const words = (text: string): ReadonlySet<string> => new Set(text.match(/[A-Za-z_][A-Za-z0-9_]*/g) ?? []);

/** Whether the model or a later block applies it. */
function isUsed(block: Block, uses: ReadonlySet<Block>, blocks: readonly Block[]): boolean {
  if (uses.has(block)) return true;
  return blocks
    .slice(blocks.indexOf(block) + 1)
    .some((each) => words(each.text).has(block.name) && isUsed(each, uses, blocks));
}
