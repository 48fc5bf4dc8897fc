/** Values that may differ from place to place, as text: a number, a parameter, or arithmetic with one. */
import type { Dim } from "../ir/shape.js";
import { numberText, type Plain, plainText } from "./layer-words.js";
import type { ArgumentValue } from "./parts.js";

/** A value for each place; undefined where it does not matter. */
export type Cell = readonly (ArgumentValue | undefined)[];

interface Parameter {
  readonly name: string;
  readonly type: string;
  readonly values: Cell;
}

const keyOf = (value: ArgumentValue | undefined): string => JSON.stringify(value) ?? "";

const agree = (a: Cell, b: Cell): boolean => a.every((value, i) => value === undefined || keyOf(value) === keyOf(b[i]));

const isNumbers = (cell: Cell): cell is readonly (number | undefined)[] =>
  cell.every((value) => value === undefined || typeof value === "number");

export const isLayerName = (value: ArgumentValue): value is { readonly layer: string } =>
  typeof value === "object" && "layer" in value;

export function argumentText(value: ArgumentValue, kind: "int" | "float" | "size" | "other" = "other"): string {
  if (isLayerName(value)) return value.layer;
  return plainText(value, { kind: kind === "other" ? "ints" : kind });
}

/** What a cell may be said by: the channels of the input and the output, and the parameters so far. */
export class Cells {
  readonly parameters: Parameter[] = [];
  /** Whether `channels(x)` is used. */
  usesInput = false;
  readonly #count: number;
  readonly #input: Cell;
  readonly #output: Cell;
  readonly #takes: (wanted: string) => string;

  /** `takes` gives a name that is free. */
  constructor(count: number, input: Cell, output: Cell, takes: (wanted: string) => string) {
    this.#count = count;
    this.#input = input;
    this.#output = output;
    this.#takes = takes;
  }

  /** A cell of a number, a word, or a layer. */
  text(cell: Cell, wanted: string, kind: "int" | "float" | "bool" | "string" | "layer"): string {
    const known = cell.find((value) => value !== undefined);
    if (known === undefined) return "1";
    if (cell.every((value) => value === undefined || keyOf(value) === keyOf(known))) {
      return argumentText(known, kind === "float" ? "float" : "int");
    }
    return this.#parameterFor(cell, wanted, kind);
  }

  #parameterFor(cell: Cell, wanted: string, kind: string): string {
    const same = this.parameters.find(({ values, type }) => type === kind && agree(cell, values));
    if (same !== undefined) return same.name;
    const isWidth = /^(?:channels|features|width|inner)\d*$/.test(wanted);
    if (kind === "int" && isWidth && isNumbers(cell)) {
      const keeps = this.#output.length > 0 && agree(this.#output, this.#input) && this.#output[0] !== undefined;
      if (keeps && agree(cell, this.#input)) return this.#ofInput(cell) ?? "";
      if (agree(cell, this.#output)) return this.#add("channels", kind, this.#output);
      const formula = this.#ofInput(cell) ?? this.#ofWidth(cell);
      if (formula !== undefined) return formula;
      // Where the width does not matter it is the input's, so that a place without it can be told from the width.
      const filled = cell.map((value, i) => value ?? this.#input[i]);
      return this.#add(this.parameters.some(({ name }) => name === "width") ? "inner" : "width", kind, filled);
    }
    if (kind === "int" && wanted === "groups" && agree(cell, this.#input) && this.#input.length === this.#count) {
      this.usesInput = true;
      return "channels(x)";
    }
    return this.#add(wanted, kind, cell);
  }

  /** A multiple or a part of the input's channels. */
  #ofInput(cell: readonly (number | undefined)[]): string | undefined {
    const text = ratioText(cell, this.#input, "channels(x)");
    if (text !== undefined) this.usesInput = true;
    return text;
  }

  /** A multiple or a part of the output's channels, or of a width. */
  #ofWidth(cell: readonly (number | undefined)[]): string | undefined {
    const ofOutput = ratioText(cell, this.#output, "channels");
    if (ofOutput !== undefined) return ofOutput.replace("channels", this.#add("channels", "int", this.#output));
    for (const { name, type, values } of this.parameters) {
      const text = type === "int" ? ratioText(cell, values, name) : undefined;
      if (text !== undefined) return text;
    }
    return undefined;
  }

  #add(wanted: string, type: string, cell: Cell): string {
    const same = this.parameters.find(({ values, type: known }) => known === type && agree(cell, values));
    if (same !== undefined) return same.name;
    const known = cell.find((value) => value !== undefined) as ArgumentValue;
    const name = this.#takes(wanted);
    this.parameters.push({ name, type, values: cell.map((value) => value ?? known) });
    return name;
  }

  /** Height and width: one number where both are the same. */
  size(cell: Cell, wanted: string): string {
    const pairs = cell.map((value) => (Array.isArray(value) ? (value as readonly number[]) : undefined));
    const isSquare = pairs.every((pair) => pair === undefined || pair[0] === pair[1]);
    if (isSquare)
      return this.text(
        pairs.map((pair) => pair?.[0]),
        wanted,
        "int",
      );
    const [down, across] = [0, 1].map((i) =>
      this.text(
        pairs.map((pair) => pair?.[i]),
        `${wanted}_${"hw"[i]}`,
        "int",
      ),
    );
    return `(${down}, ${across})`;
  }

  /** A list of sizes or numbers, each by itself. */
  list(cell: Cell, wanted: string, isFloat = false): string {
    const known = cell.find((value) => value !== undefined) as readonly Dim[] | undefined;
    if (known === undefined) return "[1]";
    if (cell.every((value) => value === undefined || keyOf(value as ArgumentValue) === keyOf(known as Plain))) {
      return plainText(known, { kind: "ints" });
    }
    const lists = cell as readonly (readonly Dim[] | undefined)[];
    const isOne = lists.every((list) => list === undefined || new Set(list.map(String)).size === 1);
    if (isOne && !isFloat)
      return this.text(
        lists.map((list) => list?.[0] as number | undefined),
        wanted,
        "int",
      );
    const items = known.map((dim, i) => {
      const parts = lists.map((list) => list?.[i]);
      if (typeof dim !== "number") {
        const factors = parts.map((part) => (typeof part === "object" ? part.batch : undefined));
        const factor = this.text(factors, `${wanted}_${i}`, "int");
        return factor === "1" ? "N" : `${factor} * N`;
      }
      return this.text(parts as Cell, `${wanted}_${i}`, isFloat ? "float" : "int");
    });
    return `[${items.join(", ")}]`;
  }

  /** A condition that holds in some places: said by the numbers, or else a parameter. */
  condition(cell: readonly boolean[], wanted: string): string {
    const holds = (test: (i: number) => boolean): boolean => cell.every((value, i) => value === test(i));
    if (cell.every((value) => value)) return "true";
    const stride = this.parameters.find(({ name }) => name === "stride");
    const output = this.parameters.find(({ name }) => name === "channels");
    const [input, made] = [this.#input, this.#output];
    const isKept = (i: number): boolean => (stride?.values[i] ?? 1) === 1 && input[i] === made[i];
    const kept = [stride && `${stride.name} == 1`, output && `channels(x) == ${output.name}`];
    if (kept.some((each) => each !== undefined) && holds(isKept)) {
      this.usesInput ||= output !== undefined;
      return kept.filter((each) => each !== undefined).join(" and ");
    }
    if (kept.some((each) => each !== undefined) && holds((i) => !isKept(i))) {
      this.usesInput ||= output !== undefined;
      const changes = [stride && `${stride.name} != 1`, output && `channels(x) != ${output.name}`];
      return changes.filter((each) => each !== undefined).join(" or ");
    }
    for (const { name, type, values } of this.parameters) {
      if (type === "bool" && holds((i) => values[i] === true)) return name;
      if (type === "bool" && holds((i) => values[i] === false)) return `not ${name}`;
      if (type !== "int") continue;
      for (const [sign, test] of [
        ["!=", (a: unknown, b: unknown) => a !== b],
        ["==", (a: unknown, b: unknown) => a === b],
      ] as const) {
        if (!holds((i) => test(values[i], input[i]))) continue;
        this.usesInput = true;
        return `${name} ${sign} channels(x)`;
      }
    }
    return this.#add(wanted, "bool", cell);
  }
}

/** `6 * channels(x)` or `channels / 4`, where it is the same everywhere. */
function ratioText(cell: readonly (number | undefined)[], of: Cell, name: string): string | undefined {
  let ratio: number | undefined;
  for (const [i, value] of cell.entries()) {
    if (value === undefined) continue;
    const base = of[i];
    if (typeof base !== "number" || base === 0 || (ratio !== undefined && value / base !== ratio)) return undefined;
    ratio = value / base;
  }
  if (ratio === undefined) return undefined;
  if (ratio === 1) return name;
  if (Number.isInteger(ratio) && ratio <= 64) return `${numberText(ratio)} * ${name}`;
  return Number.isInteger(1 / ratio) && 1 / ratio <= 64 ? `${name} / ${numberText(1 / ratio)}` : undefined;
}
