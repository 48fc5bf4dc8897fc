import * as assert from "uvu/assert";
import type { CompileOptions } from "../../src/compiler.js";
import { inModel } from "../../src/diagnostics/catalogue/example.js";
import type { Graph } from "../../src/ir/graph.js";
import { formatShape } from "../../src/ir/shape.js";
import type { Texts } from "../../src/testing/compile-text.js";
import { compile, expectDiagnostics } from "../support/tester.js";

export { inModel };

/** The graph of the only model, or of the named one; warnings are ignored. */
export async function graphOf(texts: Texts, options: CompileOptions = {}): Promise<Graph> {
  const { models, diagnostics } = await compile(texts, options);
  expectDiagnostics(
    texts,
    diagnostics.filter(({ severity }) => severity === "error"),
    [],
  );
  const found = options.model === undefined ? models[0] : models.find(({ name }) => name === options.model);
  assert.ok(found, "there is no graph");
  return found.graph;
}

/** The nodes as `op path`. */
export const nodesOf = (graph: Graph): readonly string[] => graph.nodes.map(({ op, path }) => `${op} ${path}`);

export const weightsOf = (graph: Graph): readonly string[] => graph.slots.map(({ name }) => name);

/** The shapes of the outputs, by name. */
export function outputsOf(graph: Graph): Readonly<Record<string, string>> {
  return Object.fromEntries(
    graph.outputs.map(({ name, value }) => [name, formatShape(graph.types[value]?.shape ?? [])]),
  );
}

/** The value of an integer expression of the language: as the channels of a convolution. */
export async function intOf(expression: string, before = ""): Promise<number> {
  const graph = await graphOf(inModel(`logits = image -> conv(${expression}, kernel: 1)`, before));
  return graph.nodes[0]?.attributes.channels as number;
}

/** The value of a numeric expression of the language: as the initial value of a weight. */
export async function floatOf(expression: string, before = ""): Promise<number> {
  const graph = await graphOf(inModel(`weight w: float32[1] = fill(${expression})\nlogits = image * w`, before));
  const initializer = graph.slots[0]?.initializer;
  assert.is(initializer?.kind, "constant");
  return initializer?.kind === "constant" ? initializer.value : Number.NaN;
}

/** The codes of the errors and warnings, in order of their places. */
export async function codesOf(texts: Texts, options: CompileOptions = {}): Promise<readonly string[]> {
  return (await compile(texts, options)).diagnostics.map(({ code }) => code);
}
