/** A template as the body of a block or a model: statements, and what the last one gives. */

import type { Layer, WebLine } from "./parts.js";
import { applied, isOps, isStage, nameOf, present, type Rendering, stageTexts } from "./render-layers.js";
import { presenceOf, type Template, type Token } from "./template.js";
import { isProduct, operatorOf } from "./tensor-operators.js";

type Piece =
  | {
      readonly kind: "layer";
      readonly layers: readonly (Layer | undefined)[];
      readonly has: readonly boolean[];
      readonly scope: string;
    }
  | {
      readonly kind: "web";
      readonly webs: readonly (readonly WebLine[] | undefined)[];
      readonly has: readonly boolean[];
    }
  | {
      readonly kind: "fork";
      readonly head: readonly (Layer | undefined)[];
      readonly sources: readonly number[];
      readonly branches: readonly (readonly Piece[])[];
      readonly join: readonly (Layer | undefined)[];
      readonly has: readonly boolean[];
    };

function piecesOf(tokens: Template, at: { index: number }): readonly Piece[] {
  const pieces: Piece[] = [];
  for (let token = tokens[at.index]; token !== undefined; token = tokens[at.index]) {
    if (token.kind === "next" || token.kind === "join") return pieces;
    at.index++;
    const has = presenceOf(token);
    if (token.kind === "layer") pieces.push({ kind: "layer", layers: token.layers, has, scope: token.scope });
    else if (token.kind === "web") pieces.push({ kind: "web", webs: token.webs, has });
    else {
      const branches = [piecesOf(tokens, at)];
      let end = tokens[at.index++] as Token;
      while (end.kind === "next") {
        branches.push(piecesOf(tokens, at));
        end = tokens[at.index++] as Token;
      }
      const join = end.kind === "join" ? end.layers : [];
      pieces.push({ kind: "fork", head: token.layers, sources: token.sources, branches, join, has });
    }
  }
  return pieces;
}

/** An expression under construction: a name or a sum, and the stages after it. */
class Flow {
  readonly stages: string[] = [];
  source: string;
  /** The scope of its first stage. */
  scope = "";
  constructor(source: string) {
    this.source = source;
  }
  get text(): string {
    return [this.source, ...this.stages].join(" -> ");
  }
}

const isName = (text: string): boolean => /^[A-Za-z_][A-Za-z0-9_]*$/.test(text);

const equal = (a: readonly boolean[], b: readonly boolean[]): boolean => a.every((each, i) => each === b[i]);

/** Without the parentheses around the whole. */
function bare(text: string): string {
  if (!text.startsWith("(if ") || !text.endsWith(")")) return text;
  let depth = 0;
  for (let i = 0; i < text.length - 1; i++) {
    depth += text[i] === "(" ? 1 : text[i] === ")" ? -1 : 0;
    if (depth === 0) return text;
  }
  return text.slice(1, -1);
}

/** Whether an error of several places was found: then they are no block. */
class Unlike extends Error {}

const fail = (): never => {
  throw new Unlike("these places differ in more than their numbers");
};

/** A name of the file's as one of the language. */
export function wordOf(scope: string): string {
  const word = scope
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replace(/[^A-Za-z0-9_]/g, "_")
    .replace(/_+/g, "_")
    .replace(/^_|_$/g, "")
    .toLowerCase();
  return /^[a-z]/.test(word) && word.length <= 40 ? word : "part";
}

class Body {
  readonly #rendering: Rendering;
  /** Whether long pipes are cut into statements, by the file's scopes. */
  readonly #isModel: boolean;

  constructor(rendering: Rendering, isModel: boolean) {
    this.#rendering = rendering;
    this.#isModel = isModel;
  }

  /** Gives the flow a name, unless it is one. */
  #name(flow: Flow, wanted: string): string {
    if (isName(flow.text)) return flow.text;
    const name = this.#rendering.take(wanted);
    this.#rendering.statements.push(`${name} = ${bare(flow.text)}`);
    return name;
  }

  sequence(pieces: readonly Piece[], source: string, around: readonly boolean[], isTop: boolean): Flow {
    let flow = new Flow(source);
    for (let i = 0; i < pieces.length; ) {
      const piece = pieces[i] as Piece;
      if (!equal(piece.has, around)) {
        let end = i + 1;
        while (end < pieces.length && equal((pieces[end] as Piece).has, piece.has)) end++;
        const group = pieces.slice(i, end);
        flow =
          piece.kind === "fork" && end === i + 1 && piece.branches.some((branch) => branch.length === 0)
            ? this.#optionalFork(piece, flow, around)
            : this.#optional(group, flow, group.length === pieces.length);
        i = end;
        continue;
      }
      flow = this.#piece(piece, flow, isTop);
      i++;
    }
    return flow;
  }

  #piece(piece: Piece, flow: Flow, isTop: boolean): Flow {
    if (piece.kind === "web") return this.web(piece.webs, [this.#name(flow, "y")]).last;
    if (piece.kind === "fork") return this.#fork(piece, flow);
    const { layers } = piece;
    const isLong = flow.stages.length >= 4 || flow.text.length > 70;
    let now = flow;
    if (isTop && this.#isModel && isLong && piece.scope !== flow.scope) {
      now = new Flow(this.#name(flow, wordOf(flow.scope)));
    }
    if (now.stages.length === 0) now.scope = piece.scope;
    if (isStage(layers)) {
      const texts = stageTexts(layers, this.#rendering) ?? fail();
      now.stages.push(...texts);
      return now;
    }
    if (!isOps(layers)) return fail();
    const named = this.#name(now, "y");
    return new Flow(applied(layers, [named], this.#rendering) ?? fail());
  }

  /** Layers that only some places have. */
  #optional(group: readonly Piece[], flow: Flow, isAll: boolean): Flow {
    const { cells, statements } = this.#rendering;
    const [first] = group as [Piece];
    const before = statements.length;
    const source = isAll && flow.stages.length === 0 ? flow.source : "_";
    const inner = this.sequence(group, source, first.has, false);
    if (statements.length > before || inner.source !== source) return fail();
    const wanted = `with_${wordOf(first.kind === "layer" ? nameOf(present(first.layers)[0]) : "part")}`;
    const condition = cells.condition(first.has, wanted);
    if (source !== "_") return new Flow(`(if ${condition} then ${inner.text} else ${source})`);
    flow.stages.push(`(if ${condition} then ${inner.stages.join(" -> ")} else identity)`);
    return flow;
  }

  #branchNames(join: Layer | undefined, branches: readonly (readonly Piece[])[], hasHead: boolean): readonly string[] {
    const operator = join?.kind === "op" ? operatorOf(join.site.op) : undefined;
    const sizes = branches.map((branch) => branch.length);
    const most = sizes.indexOf(Math.max(...sizes));
    if (branches.length === 2 && isProduct(operator)) return branches.map((_, i) => (i === most ? "gate" : "map"));
    if (branches.length === 2 && operator !== undefined)
      return branches.map((_, i) => (i === most ? "main" : "shortcut"));
    if (branches.length === 2 && hasHead) return ["left", "right"];
    return branches.map((_, i) => `branch${i + 1}`);
  }

  #fork(piece: Extract<Piece, { kind: "fork" }>, flow: Flow): Flow {
    const { statements, take } = this.#rendering;
    const [join] = present(piece.join);
    const [head] = present(piece.head);
    const wanted = this.#branchNames(join, piece.branches, head !== undefined);
    const base = this.#name(flow, this.#isModel && flow.scope !== "" ? wordOf(flow.scope) : "y");
    let starts: readonly string[] = [base];
    if (head !== undefined) {
      if (!isOps(piece.head)) return fail();
      starts = wanted.map(take);
      statements.push(`${starts.join(", ")} = ${applied(piece.head, [base], this.#rendering) ?? fail()}`);
    }
    const ends = piece.branches.map((branch, i) => {
      const made = this.sequence(branch, starts[piece.sources[i] ?? 0] ?? base, piece.has, false);
      return head !== undefined && isName(made.text) ? made.text : this.#name(made, wanted[i] ?? "branch");
    });
    if (!isOps(piece.join)) return fail();
    return new Flow(applied(piece.join, ends, this.#rendering) ?? fail());
  }

  /** A shortcut that only some places have. */
  #optionalFork(piece: Extract<Piece, { kind: "fork" }>, flow: Flow, around: readonly boolean[]): Flow {
    const empty = piece.branches.findIndex((branch) => branch.length === 0);
    if (piece.branches.length !== 2 || present(piece.head).length > 0 || !isOps(piece.join)) return fail();
    const base = this.#name(flow, "before");
    const other = piece.branches[1 - empty] ?? [];
    const main = this.#name(this.sequence(other, base, around, false), "y");
    const ends = empty === 0 ? [base, main] : [main, base];
    const sum = applied(piece.join, ends, this.#rendering) ?? fail();
    const condition = this.#rendering.cells.condition(piece.has, "keeps");
    return new Flow(`(if ${condition} then ${sum} else ${main})`);
  }

  /** Layers that each take results of earlier ones; `wanted`: results that are needed afterwards. */
  web(
    webs: readonly (readonly WebLine[] | undefined)[],
    sources: readonly string[],
    wanted: readonly (readonly [line: number, result: number])[] = [],
  ): { readonly last: Flow; readonly ends: readonly string[] } {
    const [first] = present(webs);
    if (first === undefined) return fail();
    const uses = new Map<string, number>();
    const all = [...first.flatMap(({ from }) => from), ...wanted, ...wanted];
    for (const place of all) uses.set(place.join(), (uses.get(place.join()) ?? 0) + 1);
    const flows = new Map(sources.map((source, i) => [`-1,${i}`, new Flow(source)]));
    let last = new Flow(sources[0] ?? "");
    for (const [i, { from, results }] of first.entries()) {
      const layers = webs.map((web) => web?.[i]?.layer);
      const [only] = from;
      const isArrow = from.length === 1 && isStage(layers) && results === 1;
      if (isArrow && only !== undefined) {
        const before = flows.get(only.join()) ?? fail();
        const shared = (uses.get(only.join()) ?? 0) > 1 || only[0] === -1;
        last = new Flow(shared ? this.#name(before, "y") : before.source);
        if (shared) flows.set(only.join(), new Flow(last.source));
        else last.stages.push(...before.stages);
        last.stages.push(...(stageTexts(layers, this.#rendering) ?? fail()));
      } else {
        if (!isOps(layers)) return fail();
        const names = from.map((place) => {
          const name = this.#name(flows.get(place.join()) ?? fail(), "y");
          flows.set(place.join(), new Flow(name));
          return name;
        });
        last = new Flow(applied(layers, names, this.#rendering) ?? fail());
      }
      if (results === 1) {
        flows.set(`${i},0`, last);
        continue;
      }
      const names = Array.from({ length: results }, () => this.#rendering.take("part"));
      this.#rendering.statements.push(`${names.join(", ")} = ${last.text}`);
      for (const [result, name] of names.entries()) flows.set(`${i},${result}`, new Flow(name));
    }
    return { last, ends: wanted.map((place) => this.#name(flows.get(place.join()) ?? fail(), "result")) };
  }
}

/** The names of the results of a network with several inputs or outputs; undefined if it cannot be told. */
export function renderWeb(
  lines: readonly WebLine[],
  sources: readonly string[],
  wanted: readonly (readonly [line: number, result: number])[],
  rendering: Rendering,
): readonly string[] | undefined {
  try {
    return new Body(rendering, true).web([lines], sources, wanted).ends;
  } catch (error) {
    if (error instanceof Unlike) return undefined;
    throw error;
  }
}

/** The body's last expression, with its statements in `rendering`; undefined if the places differ in more than numbers. */
export function renderBody(
  tokens: Template,
  source: string,
  count: number,
  rendering: Rendering,
  isModel: boolean,
): string | undefined {
  try {
    const around = new Array<boolean>(count).fill(true);
    const flow = new Body(rendering, isModel).sequence(piecesOf(tokens, { index: 0 }), source, around, true);
    return bare(flow.text);
  } catch (error) {
    if (error instanceof Unlike) return undefined;
    throw error;
  }
}
