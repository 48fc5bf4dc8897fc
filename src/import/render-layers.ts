/** Layers as text, for all places of a block at once. */
import type { Cell, Cells } from "./cells.js";
import { omitted, type Plain } from "./layer-words.js";
import type { ArgumentValue, Block, BlockArguments, Layer, OpLayer, RunLayer } from "./parts.js";
import { operatorOf } from "./tensor-operators.js";

/** What a text of several places needs. */
export interface Rendering {
  readonly cells: Cells;
  /** Names in use, and statements so far. */
  readonly take: (wanted: string) => string;
  readonly statements: string[];
  /** Blocks that the text applies. */
  readonly uses: Set<Block>;
  /** Names of bare weights and of shared layers, by their first place's weight. */
  readonly weights: Map<number, string>;
  /** Declares a table and returns its name; undefined where none can be declared. */
  readonly table: ((rows: readonly string[], columns: readonly string[], wanted: string) => string) | undefined;
}

export const present = <T>(list: readonly (T | undefined)[]): readonly T[] => list.filter((each) => each !== undefined);

export const isOps = (layers: readonly (Layer | undefined)[]): layers is readonly (OpLayer | undefined)[] =>
  present(layers).every(({ kind }) => kind === "op");

export const isRuns = (layers: readonly (Layer | undefined)[]): layers is readonly (RunLayer | undefined)[] =>
  present(layers).every(({ kind }) => kind === "run");

/** Whether the layers take one tensor, by an arrow. */
export const isStage = (layers: readonly (Layer | undefined)[]): boolean =>
  !isOps(layers) || present(layers).every(({ operands }) => operands.length === 1);

/** `8, kernel: 1`: the arguments of an op; `isCall`: all of them by name. */
function opArguments(layers: readonly (OpLayer | undefined)[], { cells }: Rendering, isCall: boolean): string {
  const [first] = present(layers);
  if (first === undefined) return "";
  const { surface } = first.words;
  const left = omitted(
    surface,
    present(layers).map(({ site, words }) => ({ site, args: words.args })),
  );
  const texts: string[] = [];
  for (const [name, { kind }] of Object.entries(surface.parameters)) {
    if (left.has(name)) continue;
    const values: Cell = layers.map((layer) => layer?.words.args[name]);
    if (values.every((value) => value === undefined)) continue;
    const text = argument(values, name, kind, cells);
    const isFirst = name === Object.keys(surface.parameters)[0];
    texts.push(isFirst && !isCall && !text.startsWith("[") ? text : `${name}: ${text}`);
  }
  return texts.join(", ");
}

function argument(values: Cell, name: string, kind: string, cells: Cells): string {
  switch (kind) {
    case "size":
      return cells.size(values, name);
    case "ints":
      return name === "padding" ? padding(values, cells) : cells.list(values, name);
    case "shape":
      return cells.list(values, name);
    case "floats":
      return cells.list(values, name, true);
    default:
      return cells.text(values, name, kind as "int" | "float" | "bool" | "string");
  }
}

/** Top, left, bottom, right; as one number or two where the sides are equal. */
function padding(values: Cell, cells: Cells): string {
  const lists = values as readonly (readonly number[] | undefined)[];
  const is = (test: (list: readonly number[]) => boolean): boolean =>
    lists.every((list) => list === undefined || test(list));
  const side = (i: number): string =>
    cells.text(
      lists.map((list) => list?.[i]),
      i === 0 ? "padding" : `padding_${i}`,
      "int",
    );
  if (is((list) => new Set(list).size === 1)) return side(0);
  if (is(([top, left, bottom, right]) => top === bottom && left === right)) return `(${side(0)}, ${side(1)})`;
  return `(${[0, 1, 2, 3].map(side).join(", ")})`;
}

/** One op as a stage: `conv(8, kernel: 1)`. */
function opStage(layers: readonly (OpLayer | undefined)[], rendering: Rendering): string {
  const names = new Set(present(layers).map(({ words }) => words.surface.name));
  const [name = ""] = names;
  if (names.size > 1) {
    const cell = layers.map((layer) => layer && { layer: layer.words.surface.name });
    return rendering.cells.text(cell, "activation", "layer");
  }
  const list = opArguments(layers, rendering, false);
  const text = list === "" ? name : `${name}(${list})`;
  const [first] = present(layers);
  if (first?.shared === undefined) return text;
  const known = rendering.weights.get(first.shared.slot);
  if (known !== undefined) return known;
  const own = rendering.take(`shared_${name}`);
  rendering.weights.set(first.shared.slot, own);
  rendering.statements.push(`share ${own} = ${text}`);
  return own;
}

const same = (a: ArgumentValue | undefined, b: ArgumentValue | undefined): boolean =>
  JSON.stringify(a) === JSON.stringify(b);

const sameRow = (a: BlockArguments | undefined, b: BlockArguments | undefined): boolean =>
  JSON.stringify(a) === JSON.stringify(b);

/** `Unit(8, stride: 2)`, from the text of each argument. */
function call(
  block: Block,
  textOf: (name: string, type: string) => string,
  isDefault: (name: string) => boolean,
): string {
  const texts: string[] = [];
  for (const { name, type, default: usual } of block.parameters) {
    if (usual !== undefined && isDefault(name)) continue;
    texts.push(usual === undefined ? textOf(name, type) : `${name}: ${textOf(name, type)}`);
  }
  return texts.length === 0 ? block.name : `${block.name}(${texts.join(", ")})`;
}

/** A block with one row of arguments for each place. */
function blockStage(block: Block, rows: readonly (BlockArguments | undefined)[], { cells, uses }: Rendering): string {
  uses.add(block);
  const cellOf = (name: string): Cell => rows.map((row) => row?.[name]);
  const usual = new Map(block.parameters.map(({ name, default: value }) => [name, value]));
  return call(
    block,
    (name, type) => cells.text(cellOf(name), name, type as "int"),
    (name) => cellOf(name).every((value) => value === undefined || same(value, usual.get(name))),
  );
}

/** Equal rows that follow each other. */
function segments(
  rows: readonly BlockArguments[],
): readonly { readonly row: BlockArguments; readonly count: number }[] {
  const found: { row: BlockArguments; count: number }[] = [];
  for (const row of rows) {
    const last = found.at(-1);
    if (last !== undefined && sameRow(last.row, row)) last.count++;
    else found.push({ row, count: 1 });
  }
  return found;
}

/** Rows of a table from this number on. */
const leastRows = 6;

/** A run of blocks as stages; undefined if the places differ in more than numbers. */
function runStages(layers: readonly (RunLayer | undefined)[], rendering: Rendering): readonly string[] | undefined {
  const [first] = present(layers);
  if (first === undefined) return [];
  const { block } = first;
  const counts = layers.map((layer) => layer?.rows.length);
  const most = Math.max(...present(counts));
  const of = (pick: (rows: readonly BlockArguments[]) => BlockArguments | undefined) =>
    layers.map((layer) => layer && pick(layer.rows));
  const isSteady = present(layers).every(({ rows }) => rows.every((row) => sameRow(row, rows[0])));
  if (most === 1)
    return [
      blockStage(
        block,
        of((rows) => rows[0]),
        rendering,
      ),
    ];
  if (isSteady) {
    const count = rendering.cells.text(counts, "units", "int");
    return [
      `repeat(${count}, ${blockStage(
        block,
        of((rows) => rows[0]),
        rendering,
      )})`,
    ];
  }
  const parts = present(layers).map(({ rows }) => segments(rows));
  if (parts.length === 1) return rowStages(block, parts[0] ?? [], rendering);
  const hasTail = present(layers).every(({ rows }) => rows.slice(1).every((row) => sameRow(row, rows[1])));
  if (!hasTail) return undefined;
  const head = blockStage(
    block,
    of((rows) => rows[0]),
    rendering,
  );
  const tail = blockStage(
    block,
    of((rows) => rows[1]),
    rendering,
  );
  const count = rendering.cells.text(
    counts.map((value) => value && value - 1),
    "more",
    "int",
  );
  return [head, `repeat(${count}, ${tail})`];
}

/** The blocks of one place: one by one, or from a table. */
function rowStages(block: Block, parts: ReturnType<typeof segments>, rendering: Rendering): readonly string[] {
  const varying = block.parameters.filter(({ name }) => parts.some(({ row }) => !same(row[name], parts[0]?.row[name])));
  const single = ({ row, count }: (typeof parts)[number]): string => {
    const text = blockStage(block, [row], rendering);
    return count === 1 ? text : `repeat(${count}, ${text})`;
  };
  if (parts.length < leastRows || rendering.table === undefined || varying.length === 0) return parts.map(single);
  rendering.uses.add(block);
  const { cells } = rendering;
  const hasCounts = parts.some(({ count }) => count > 1);
  const rows = parts.map(({ row, count }) => {
    const texts = varying.map(({ name, type }) => cells.text([row[name]], name, type as "int"));
    const all = [...texts, ...(hasCounts ? [String(count)] : [])];
    return all.length === 1 ? (all[0] ?? "") : `(${all.join(", ")})`;
  });
  const names = [...varying.map(({ name }) => name), ...(hasCounts ? ["times"] : [])];
  const table = rendering.table(rows, names, block.name);
  const isVarying = new Set(varying.map(({ name }) => name));
  const [{ row }] = parts as [(typeof parts)[number]];
  const usual = new Map(block.parameters.map(({ name, default: value }) => [name, value]));
  const text = call(
    block,
    (name, type) => (isVarying.has(name) ? name : cells.text([row[name]], name, type as "int")),
    (name) => !isVarying.has(name) && same(row[name], usual.get(name)),
  );
  const body = hasCounts ? `repeat(times, ${text})` : text;
  return [`(for ${names.join(", ")} in ${table} do ${body})`];
}

/** Layers as stages of an arrow; undefined if they cannot be one text. */
export function stageTexts(
  layers: readonly (Layer | undefined)[],
  rendering: Rendering,
): readonly string[] | undefined {
  if (isRuns(layers)) return runStages(layers, rendering);
  return isOps(layers) ? [opStage(layers, rendering)] : undefined;
}

const isWord = (text: string): boolean => /^[A-Za-z_][A-Za-z0-9_]*$/.test(text);

/** Layers applied to named tensors: `a + b`, `concat(a, b)`, `a * 0.5`, `a * scale` with a weight. */
export function applied(
  layers: readonly (OpLayer | undefined)[],
  flowing: readonly string[],
  rendering: Rendering,
): string | undefined {
  const [first] = present(layers);
  if (first === undefined) return undefined;
  const { cells, take, statements } = rendering;
  let flow = 0;
  const texts = first.operands.map((operand, i) => {
    if (operand.kind === "flow") return flowing[flow++] ?? "";
    const all = layers.map((layer) => layer?.operands[i]);
    if (operand.kind === "numbers") return numbersText(all, operand, cells);
    const known = rendering.weights.get(operand.slot);
    if (known !== undefined) return known;
    const dims = operand.shape.map((_, axis) =>
      cells.text(
        all.map((each) => (each?.kind === "weight" ? each.shape[axis] : undefined)),
        "channels",
        "int",
      ),
    );
    const name = take("scale");
    rendering.weights.set(operand.slot, name);
    statements.push(`weight ${name}: float32[${dims.join(", ")}] = ones`);
    return name;
  });
  const operator = operatorOf(first.site.op);
  if (operator !== undefined) return texts.join(` ${operator} `);
  const list = opArguments(layers, rendering, true);
  const { name } = first.words.surface;
  if (texts.length === 1 && !isWord(texts[0] ?? "")) return undefined;
  return `${name}(${[...texts, ...(list === "" ? [] : [list])].join(", ")})`;
}

function numbersText(
  all: readonly (OpLayer["operands"][number] | undefined)[],
  { values, shape }: { readonly values: readonly number[]; readonly shape: readonly unknown[] },
  cells: Cells,
): string {
  if (values.length === 1) {
    const numbers = all.map((each) => (each?.kind === "numbers" ? each.values[0] : undefined));
    return cells.text(numbers, "factor", "float");
  }
  const vector = `vector([${values.map((value: Plain) => String(value)).join(", ")}])`;
  return shape.length === 1 ? vector : `reshape(${vector}, shape: [${shape.map(String).join(", ")}])`;
}

/** The name that a layer has in a text. */
export const nameOf = (layer: Layer | undefined): string =>
  layer === undefined ? "" : layer.kind === "run" ? layer.block.name : layer.words.surface.name;
