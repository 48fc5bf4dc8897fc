/** Places of a network that are equal up to numbers become blocks with parameters. */
import { declaration, freeName, mostCommon, reservedNames } from "./block-text.js";
import { Cells } from "./cells.js";
import { nameBlock } from "./name-block.js";
import type { Block, BlockArguments, BlockParameter, Chain, Item, Passage, Vertex } from "./parts.js";
import { renderBody } from "./render-body.js";
import { present, type Rendering } from "./render-layers.js";
import { merge, presenceOf, sideBySide, type Template, templateKey, tokensOf } from "./template.js";
import { isProduct, operatorOf } from "./tensor-operators.js";

/** Layers that may be an application of a block. */
export interface Place {
  readonly chain: Chain;
  readonly passage: Passage;
  readonly scopes: readonly string[];
  /** Whether a scope around it, with the same layers, may be the application instead. */
  readonly mayWait: boolean;
  /** Puts the block in its place. */
  readonly put: (vertex: Vertex) => void;
}

interface Group {
  readonly places: readonly Place[];
  readonly tokens: Template;
}

/** Blocks of the same kind that follow each other as one run. */
export function withRuns(chain: Chain): Chain {
  const items: Item[] = [];
  for (const item of chain) {
    if (item.kind === "fork") {
      items.push({ ...item, branches: item.branches.map(withRuns) });
      continue;
    }
    const last = items.at(-1);
    const isRun = item.kind === "layer" && item.layer.kind === "run";
    if (!isRun || last?.kind !== "layer" || last.layer.kind !== "run" || item.layer.kind !== "run") {
      items.push(item);
    } else if (last.layer.block !== item.layer.block) {
      items.push(item);
    } else {
      const rows = [...last.layer.rows, ...item.layer.rows];
      items[items.length - 1] = { ...last, layer: { ...last.layer, rows } };
    }
  }
  return items;
}

/** Fewer layers are told where they stand. */
const leastSize = 3;
/** Two chains of which less is equal are two blocks. */
const leastLikeness = 0.6;
/** More kinds of chains are not laid over each other. */
const mostGroups = 80;

export class BlockFinder {
  readonly blocks: Block[] = [];
  readonly #taken: Set<string>;

  constructor(taken: Set<string>) {
    this.#taken = taken;
  }

  /** Makes blocks of parts that are alike. */
  group(places: readonly Place[]): void {
    const byKey = new Map<string, { places: Place[]; tokens: Template }>();
    for (const place of places) {
      const tokens = tokensOf(withRuns(place.chain));
      const key = templateKey(tokens);
      const known = byKey.get(key);
      if (known === undefined) byKey.set(key, { places: [place], tokens });
      else {
        known.tokens = sideBySide(known.tokens, tokens, [known.places.length, 1]);
        known.places.push(place);
      }
    }
    const groups = [...byKey.values()];
    // What only stands for a scope around it waits for that.
    const ready = (groups.length <= mostGroups ? this.#together(groups) : groups).filter(({ places: own }) =>
      own.some(({ mayWait }) => !mayWait),
    );
    for (const group of ready) this.#make(group);
  }

  /** Groups that differ by some layers are one, if one text can say both. */
  #together(groups: readonly Group[]): readonly Group[] {
    const found: Group[] = [];
    for (const group of groups) {
      const at = found.findIndex((each) => this.#both(each, group) !== undefined);
      const both = at < 0 ? undefined : this.#both(found[at] as Group, group);
      if (both === undefined) found.push(group);
      else found[at] = both;
    }
    return found;
  }

  #both(a: Group, b: Group): Group | undefined {
    if (Math.min(a.tokens.length, b.tokens.length) < leastSize) return undefined;
    const merged = merge(a.tokens, b.tokens, [a.places.length, b.places.length]);
    if (merged === undefined || merged.likeness < leastLikeness || hasChoice(merged.tokens)) return undefined;
    const group = { places: [...a.places, ...b.places], tokens: merged.tokens };
    const rendered = this.#render(group);
    // Many conditions are no longer a block that someone would write.
    return rendered !== undefined && rendered.conditions <= 3 ? group : undefined;
  }

  #render({ places, tokens }: Group) {
    const names = new Set<string>(["x", ...reservedNames()].filter((name) => name !== "channels"));
    const take = (wanted: string): string => freeName(names, wanted);
    const channelsOf = (type: Passage["inputType"]): number | undefined => {
      const [, channels] = type.shape;
      return typeof channels === "number" ? channels : undefined;
    };
    const [inputs, outputs] = [
      places.map(({ passage }) => channelsOf(passage.inputType)),
      places.map(({ passage }) => channelsOf(passage.outputType)),
    ];
    const cells = new Cells(places.length, inputs, outputs, take);
    const rendering: Rendering = { cells, take, statements: [], uses: new Set(), weights: new Map(), table: undefined };
    const result = renderBody(tokens, "x", places.length, rendering, false);
    if (result === undefined) return undefined;
    const conditions = [...rendering.statements, result].join(" ").split(/\bif\b/).length - 1;
    return { cells, statements: rendering.statements, result, conditions };
  }

  #make(group: Group): void {
    const { places, tokens } = group;
    const size = tokens.reduce((sum, token) => {
      if (token.kind === "web") return sum + (present(token.webs)[0]?.length ?? 0);
      return sum + (token.kind === "layer" || token.kind === "join" ? 1 : 0);
    }, 0);
    if (size < leastSize || places.length < 2 || this.#isSpliced(group)) return;
    const rendered = this.#render(group);
    if (rendered === undefined) return;
    const name = freeName(this.#taken, nameBlock(tokens, places[0]?.scopes ?? []), "");
    const { cells, statements, result } = rendered;
    const parameters = cells.parameters.map(({ name: parameter, type, values }): BlockParameter => {
      const usual = mostCommon(values);
      const mayLack = type !== "int" || /^(?:stride|kernel|groups|dilation)/.test(parameter);
      return { name: parameter, type, default: mayLack ? usual : undefined };
    });
    parameters.sort((a, b) => Number(a.default !== undefined) - Number(b.default !== undefined));
    const text = declaration(name, parameters, statements, result);
    const block: Block = { name, parameters, text };
    this.blocks.push(block);
    const rows = places.map((_, i) =>
      Object.fromEntries(cells.parameters.map(({ name: parameter, values }) => [parameter, values[i]])),
    );
    this.#apply(group, block, rows);
  }

  #apply({ places }: Group, block: Block, rows: readonly BlockArguments[]): void {
    for (const [i, { put, passage, scopes }] of places.entries()) {
      const layer = { kind: "run", block, rows: [rows[i] ?? {}] } as const;
      put({ layer, inputs: [passage.input], outputs: [passage.output], scopes });
    }
  }

  /** A part that each of its parents has once, under one name, is told inside them. */
  #isSpliced({ places, tokens }: Group): boolean {
    const names = new Set(places.map(({ scopes }) => scopes.at(-1) ?? ""));
    const [name = ""] = names;
    if (names.size > 1 || /\d$/.test(name) || isGate(tokens)) return false;
    const parents = new Set(places.map(({ scopes }) => scopes.slice(0, -1).join(".")));
    return parents.size === places.length;
  }
}

/** Whether it multiplies a map by something computed from it. */
const isGate = (tokens: Template): boolean =>
  tokens.some((token) => {
    if (token.kind !== "join") return false;
    const [join] = present(token.layers);
    return join?.kind === "op" && isProduct(operatorOf(join.site.op));
  });

/** Whether some places have one layer where the others have another: those are two blocks. */
const hasChoice = (tokens: Template): boolean =>
  tokens.some((token, i) => {
    const next = tokens[i + 1];
    if (next === undefined) return false;
    const [here, there] = [presenceOf(token), presenceOf(next)];
    return here.every((each, place) => each !== there[place]);
  });
