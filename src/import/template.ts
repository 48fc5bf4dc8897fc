/** Chains of several places in a network, laid over each other: what is equal, and what only some of them have. */
import { findOp } from "../ops/registry.js";
import type { Chain, Item, Layer, OpLayer, WebLine } from "./parts.js";

/** One piece of a chain, for each of the places: undefined where a place does not have it. */
export type Token =
  | { readonly kind: "layer"; readonly layers: readonly (Layer | undefined)[]; readonly scope: string }
  | {
      readonly kind: "fork";
      readonly layers: readonly (Layer | undefined)[];
      readonly present: readonly boolean[];
      readonly sources: readonly number[];
    }
  | { readonly kind: "next"; readonly present: readonly boolean[] }
  | { readonly kind: "join"; readonly layers: readonly (Layer | undefined)[]; readonly branches: number }
  | { readonly kind: "web"; readonly webs: readonly (readonly WebLine[] | undefined)[] };

export type Template = readonly Token[];

export const tokensOf = (chain: Chain): readonly Token[] => chain.flatMap(itemTokens);

function itemTokens(item: Item): readonly Token[] {
  switch (item.kind) {
    case "layer":
      return [{ kind: "layer", layers: [item.layer], scope: item.scopes[0] ?? "" }];
    case "web":
      return [{ kind: "web", webs: [item.lines] }];
    case "fork": {
      const inner = item.branches.flatMap((branch, i): readonly Token[] => [
        ...(i === 0 ? [] : [{ kind: "next", present: [true] } as const]),
        ...tokensOf(branch),
      ]);
      const begin = { kind: "fork", layers: [item.head], present: [true], sources: item.sources } as const;
      return [begin, ...inner, { kind: "join", layers: [item.join], branches: item.branches.length }];
    }
  }
}

const operandKey = ({ operands }: OpLayer): string =>
  operands
    .map((each) => (each.kind === "flow" ? "x" : each.kind === "weight" ? `w${each.shape.length}` : numbersKey(each)))
    .join();

const numbersKey = ({ values, shape }: { values: readonly number[]; shape: readonly unknown[] }): string =>
  values.length === 1 ? "n" : JSON.stringify([values, shape]);

/** What two layers must have in common to be one layer with parameters. */
export function layerKey(layer: Layer): string {
  if (layer.kind === "run") return `run ${layer.block.name}`;
  const { surface, args } = layer.words;
  // Lists of other lengths are other layers.
  const lengths = Object.entries(args).map(([name, value]) => (Array.isArray(value) ? `${name}${value.length}` : ""));
  // A layer with weights of another one is like no other.
  return `${surface.name} ${operandKey(layer)} ${lengths.join("")} ${layer.shared?.place ?? ""}`;
}

const webKey = (lines: readonly WebLine[]): string =>
  JSON.stringify(lines.map(({ layer, from, results }) => [layerKey(layer), from, results]));

/** Whether a layer may be given as a parameter: it has no weights, and nothing has to be said about it. */
export const isPlainLayer = (layer: Layer): layer is OpLayer =>
  layer.kind === "op" && !layer.hasWeights && layer.operands.length === 1 && isActivation(layer);

const isActivation = ({ site, words }: OpLayer): boolean =>
  findOp(site.op)?.family === "activation" && Object.keys(words.surface.parameters).length === 0;

const firstOf = <T>(list: readonly (T | undefined)[]): T | undefined => list.find((each) => each !== undefined);

/** How alike two pieces are: 0 if they cannot be one. */
function likeness(a: Token, b: Token): number {
  if (a.kind !== b.kind) return 0;
  switch (a.kind) {
    case "next":
      return 1;
    case "web": {
      const [x, y] = [firstOf(a.webs), firstOf((b as typeof a).webs)];
      return x !== undefined && y !== undefined && webKey(x) === webKey(y) ? 4 : 0;
    }
    case "fork": {
      const other = b as typeof a;
      if (a.sources.join() !== other.sources.join()) return 0;
      const [x, y] = [firstOf(a.layers), firstOf(other.layers)];
      return (x === undefined ? "" : layerKey(x)) === (y === undefined ? "" : layerKey(y)) ? 1 : 0;
    }
    default: {
      const [x, y] = [firstOf(a.layers), firstOf((b as typeof a).layers)];
      if (x === undefined || y === undefined) return 0;
      if (a.kind === "join" && a.branches !== (b as typeof a).branches) return 0;
      if (layerKey(x) === layerKey(y)) return 2;
      return isPlainLayer(x) && isPlainLayer(y) ? 1.5 : 0;
    }
  }
}

export const templateKey = (tokens: readonly Token[]): string =>
  tokens
    .map((token) => {
      if (token.kind === "next") return "|";
      if (token.kind === "web") return webKey(firstOf(token.webs) ?? []);
      const layer = firstOf(token.layers);
      const word = layer === undefined ? "" : isPlainLayer(layer) ? "activation" : layerKey(layer);
      return `${token.kind} ${word} ${token.kind === "fork" ? token.sources.join() : ""}`;
    })
    .join("; ");

const absent = (count: number): readonly undefined[] => new Array<undefined>(count).fill(undefined);
const nowhere = (count: number): readonly boolean[] => new Array<boolean>(count).fill(false);

function joined(a: Token | undefined, b: Token | undefined, [left, right]: readonly [number, number]): Token {
  const made = (a ?? b) as Token;
  switch (made.kind) {
    case "next":
      return { kind: "next", present: [...presenceOf(a, left), ...presenceOf(b, right)] };
    case "web": {
      const webs = (token: Token | undefined, count: number) => (token?.kind === "web" ? token.webs : absent(count));
      return { kind: "web", webs: [...webs(a, left), ...webs(b, right)] };
    }
    default: {
      const layers = (token: Token | undefined, count: number) =>
        token !== undefined && "layers" in token ? token.layers : absent(count);
      const both = [...layers(a, left), ...layers(b, right)];
      if (made.kind !== "fork") return { ...made, layers: both };
      return { ...made, layers: both, present: [...presenceOf(a, left), ...presenceOf(b, right)] };
    }
  }
}

export function presenceOf(token: Token | undefined, count = 0): readonly boolean[] {
  if (token === undefined) return nowhere(count);
  if ("present" in token) return token.present;
  return (token.kind === "web" ? token.webs : token.layers).map((each) => each !== undefined);
}

/** Two templates of the same pieces as one. */
export const sideBySide = (a: Template, b: Template, counts: readonly [number, number]): Template =>
  a.map((token, i) => joined(token, b[i], counts));

export interface Merged {
  readonly tokens: Template;
  /** The share of pieces that both have. */
  readonly likeness: number;
}

/** Longer chains are not laid over each other. */
const mostTokens = 400;

/** Two templates as one, for the places of both. */
export function merge(a: Template, b: Template, counts: readonly [number, number]): Merged | undefined {
  const [rows, columns] = [a.length, b.length];
  if (rows > mostTokens || columns > mostTokens) return undefined;
  const best = Array.from({ length: rows + 1 }, () => new Float64Array(columns + 1));
  for (let i = rows - 1; i >= 0; i--) {
    for (let j = columns - 1; j >= 0; j--) {
      const like = likeness(a[i] as Token, b[j] as Token);
      const both = like > 0 ? like + (best[i + 1]?.[j + 1] ?? 0) : 0;
      (best[i] as Float64Array)[j] = Math.max(both, best[i + 1]?.[j] ?? 0, best[i]?.[j + 1] ?? 0);
    }
  }
  const tokens: Token[] = [];
  let [i, j, common] = [0, 0, 0];
  while (i < rows || j < columns) {
    const [x, y] = [a[i], b[j]];
    const like = x !== undefined && y !== undefined ? likeness(x, y) : 0;
    const here = best[i]?.[j] ?? 0;
    if (like > 0 && here === like + (best[i + 1]?.[j + 1] ?? 0)) {
      tokens.push(joined(x, y, counts));
      [i, j, common] = [i + 1, j + 1, common + 1];
    } else if (x !== undefined && (y === undefined || here === (best[i + 1]?.[j] ?? 0))) {
      tokens.push(joined(x, undefined, counts));
      i++;
    } else {
      tokens.push(joined(undefined, y, counts));
      j++;
    }
  }
  return isNested(tokens) ? { tokens, likeness: common / Math.max(rows, columns) } : undefined;
}

/** Whether branches begin and end in the same places. */
function isNested(tokens: Template): boolean {
  const open: string[] = [];
  for (const token of tokens) {
    const key = presenceOf(token).join();
    if (token.kind === "fork") open.push(key);
    else if (token.kind === "next" && open.at(-1) !== key) return false;
    else if (token.kind === "join" && open.pop() !== key) return false;
  }
  return open.length === 0;
}
