/** A graph from a file to a text that compiles to the same graph. */
import { compile, load } from "../compiler.js";
import type { Diagnostic } from "../diagnostics/diagnostic.js";
import { memoryHost } from "../hosts/memory-host.js";
import type { Graph, Node } from "../ir/graph.js";
import { format } from "../syntax/format/format.js";
import { parse } from "../syntax/parse.js";
import type { BlockSearch } from "./find-blocks.js";
import { matchGraphs } from "./match-graphs.js";
import type { Vertex } from "./parts.js";
import { type RenderOptions, renderNetwork } from "./render-network.js";
import { simplify } from "./simplify.js";
import { verticesOf } from "./vertices.js";

export interface ImportedText {
  readonly text: string;
  /** What the text compiles to. */
  readonly graph: Graph;
  /** The name of each weight in `graph`, by its name in the file's graph. */
  readonly names: ReadonlyMap<string, string>;
  /** Whether equal parts became blocks. */
  readonly hasBlocks: boolean;
}

export type TextResult =
  | { readonly kind: "text"; readonly imported: ImportedText }
  /** A node that the language has no word for. */
  | { readonly kind: "no-word"; readonly node: Node }
  | { readonly kind: "failed"; readonly why: string; readonly text: string };

const file = "import.lfer";

interface Tried {
  readonly text: string;
  readonly graph: Graph | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

export async function compileText(text: string): Promise<Tried> {
  const { diagnostics, models } = compile(await load(memoryHost({ [file]: text }), file));
  return { text, diagnostics, graph: models.length === 1 ? models[0]?.graph : undefined };
}

/** The text with what lints warn of allowed, where it is: the file has it so. Undefined if a warning is not in the text. */
function allowing(text: string, diagnostics: readonly Diagnostic[]): string | undefined {
  const declarations = parse(file, text).tree.declarations;
  const lines = new Map<number, Set<string>>();
  for (const { code, severity, span } of diagnostics) {
    const inside = declarations.find((each) => span && each.span.start <= span.start && span.start < each.span.end);
    if (severity !== "warning" || inside === undefined || span?.file !== file) return undefined;
    const all = text.slice(0, inside.span.start).split("\n");
    let line = all.length - 1;
    while (line > 0 && all[line - 1]?.startsWith("///") === true) line--;
    lines.set(line, (lines.get(line) ?? new Set()).add(code));
  }
  const allowed = text
    .split("\n")
    .flatMap((line, i) => [
      ...[...(lines.get(i) ?? [])].map((code) => `allow("${code}", "as in the imported file")`),
      line,
    ]);
  const formatted = format(file, allowed.join("\n"));
  return formatted.kind === "formatted" ? formatted.text : undefined;
}

/** A text that compiles without a warning; lints that the file itself earns are allowed. */
async function withoutWarnings(text: string): Promise<Tried> {
  const tried = await compileText(text);
  if (tried.diagnostics.length === 0) return tried;
  const allowed = allowing(text, tried.diagnostics);
  return allowed === undefined ? tried : compileText(allowed);
}

/** The text of a simplified graph. It is compiled again, and only used if the same graph comes out. */
export async function importGraph(graph: Graph, remarks: readonly string[], hasRecipe: boolean): Promise<TextResult> {
  const vertices = verticesOf(graph);
  if ("path" in vertices) return { kind: "no-word", node: vertices };
  let last: TextResult = { kind: "failed", why: "it has no form in the language", text: "" };
  for (const { text: rendered, search } of drafts(graph, vertices, { remarks, hasRecipe })) {
    const { text, graph: made, diagnostics } = await withoutWarnings(rendered);
    const [first] = diagnostics;
    if (first !== undefined || made === undefined) {
      last = { kind: "failed", why: `${first?.code ?? "no model"}: ${first?.message ?? ""}`, text };
      continue;
    }
    const match = matchGraphs(graph, simplify(made).graph);
    if (match.kind === "same") {
      return { kind: "text", imported: { text, graph: made, names: match.slots, hasBlocks: search !== undefined } };
    }
    last = { kind: "failed", why: `${match.at}: ${match.why}`, text };
  }
  return last;
}

/** Of a text without the file's scopes must this share of the lines be left, to be taken instead. */
const shareWithoutScopes = 0.7;

interface Draft {
  readonly text: string;
  readonly search: BlockSearch | undefined;
}

/** Texts of the graph: the best first, the one without blocks last. */
function drafts(
  graph: Graph,
  vertices: ReadonlyMap<Node, Vertex>,
  options: Omit<RenderOptions, "search">,
): readonly Draft[] {
  const draft = (search: BlockSearch | undefined): readonly Draft[] => {
    const text = renderNetwork(graph, vertices, { ...options, search });
    return text === undefined ? [] : [{ text, search }];
  };
  const lines = ({ text, search }: Draft): number =>
    text.split("\n").length * (search?.byScopes === false ? 1 / shareWithoutScopes : 1);
  const found = [
    ...draft({ byScopes: true, byRepetition: true }),
    ...draft({ byScopes: true, byRepetition: false }),
    ...draft({ byScopes: false, byRepetition: true }),
  ];
  return [...found.toSorted((a, b) => lines(a) - lines(b)), ...draft(undefined)];
}
