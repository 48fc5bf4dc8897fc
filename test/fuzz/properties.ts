/** Properties of every network. A property returns what is wrong, or nothing. */
import { allConventions, type Stats, statsOf } from "../../src/analysis/stats.js";
import { isProblem } from "../../src/diagnostics/diagnostic.js";
import { type Graph, typeOf } from "../../src/ir/graph.js";
import { bindShape, elementCount } from "../../src/ir/shape.js";
import { printGraph } from "../../src/ir/text.js";
import type { Tensor } from "../../src/ops/contracts.js";
import { readGraph } from "../../src/ops/read-graph.js";
import { assertSound } from "../../src/ops/verify-types.js";
import { optimize, optimizeLevels } from "../../src/passes/pipeline.js";
import type { WeightedGraph } from "../../src/passes/weighted-graph.js";
import { interpret } from "../../src/reference/interpret.js";
import { probeInputs, probeWeights } from "../../src/reference/probe-weights.js";
import { format } from "../../src/syntax/format/format.js";
import { relativeError } from "../../src/targets/onnx/compare-outputs.js";
import { newestOpset } from "../../src/targets/onnx/opsets.js";
import { compileText } from "../../src/testing/compile-text.js";
import { runInOnnxRuntime } from "../ops/onnx-runtime.js";
import { interpretRounded } from "./rounded.js";
import type { Sizes } from "./stages.js";

export interface Subject {
  readonly text: string;
  /** The shapes that the generator expects, by name. */
  readonly expected: ReadonlyMap<string, Sizes>;
  /** Replaces the passes: the fuzzer must catch the effects of a wrong one. */
  readonly rewrite?: (model: WeightedGraph<Float64Array>) => WeightedGraph<Float64Array>;
}

/** `rough`: rounding alone changes this network so much that a comparison in float32 shows nothing. */
export type Verdict = "right" | "rough" | { readonly wrong: string };

type Outputs = Readonly<Record<string, Tensor>>;

/** Batch of the runs: with two samples, exchanged ones are noticed. */
const batch = 2;

/** If rounding alone does more than this, a comparison shows nothing. */
export const tooRough = 1e-3;

async function graphOf(text: string): Promise<Graph | string> {
  const { models, diagnostics } = await compileText(text, {});
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  if (errors.length > 0) return `refused: ${errors.map(({ code, message }) => `${code}: ${message}`).join("; ")}`;
  const [model] = models;
  return model === undefined ? "no model" : model.graph;
}

/** It compiles, is valid, has the expected shapes, and is the same when compiled again. */
async function compiles({ text, expected }: Subject): Promise<string | undefined> {
  const graph = await graphOf(text);
  if (typeof graph === "string") return graph;
  assertSound(graph);
  for (const { name, value } of graph.outputs) {
    const wanted = expected.get(name);
    const actual = bindShape(typeOf(graph, value).shape, 1);
    if (wanted !== undefined && `${wanted}` !== `${actual}`) return `${name} is [${actual}], not [${wanted}]`;
  }
  const again = await graphOf(text);
  return typeof again === "string" || printGraph(again) !== printGraph(graph)
    ? "compiled twice, it differs"
    : undefined;
}

/** Formatting twice equals formatting once, and keeps the network. */
async function formats({ text }: Subject): Promise<string | undefined> {
  const once = format("net.lfer", text);
  if (once.kind !== "formatted") return `cannot be formatted: ${once.kind}`;
  const twice = format("net.lfer", once.text);
  if (twice.kind !== "formatted") return `what fmt wrote cannot be formatted:\n${once.text}`;
  if (twice.text !== once.text) return `fmt is not idempotent:\n${once.text}\n--- then\n${twice.text}`;
  const [before, after] = [await graphOf(text), await graphOf(once.text)];
  if (typeof before === "string" || typeof after === "string") return `formatted: ${before} / ${after}`;
  return printGraph(before) === printGraph(after) ? undefined : `fmt changed the network:\n${once.text}`;
}

function readsBack(graph: Graph): string | undefined {
  const text = printGraph(graph);
  const read = readGraph(text);
  if (Array.isArray(read)) return `its text form is refused: ${read[0]?.message}`;
  return printGraph(read as Graph) === text ? undefined : "its text form reads back as something else";
}

const figuresOf = (stats: Stats, name: (typeof allConventions)[number]) => Object.entries(stats.counts[name] ?? {});

/** Totals are the sums of the layers; parameters those of the slots; nothing is negative or NaN. */
function counts(graph: Graph): string | undefined {
  const stats = statsOf(graph);
  if (isProblem(stats)) return stats.diagnose({}).message;
  const sizes = graph.slots
    .filter(({ role }) => role === "parameter")
    .map(({ value }) => elementCount(typeOf(graph, value).shape));
  const params = sizes.reduce((a, b) => a + b, 0);
  const sum = stats.layers.reduce((total, layer) => total + layer.params, 0);
  if (stats.params.total !== params || sum !== params) {
    return `params: ${stats.params.total} in all, ${sum} in layers, ${params} in slots`;
  }
  for (const name of allConventions) {
    for (const [quantity, total] of figuresOf(stats, name)) {
      const each = stats.layers.map((layer) => layer.counts[name]?.[quantity] ?? Number.NaN);
      const added = each.reduce((a, b) => a + b, 0);
      if (!each.every((count) => Number.isSafeInteger(count) && count >= 0)) return `${name} ${quantity}: ${each}`;
      // A convention may count weights for the whole network, each once: then its layers have none of their own.
      if (added !== total) return `${name} ${quantity}: ${total} in all, ${added} in layers`;
    }
  }
  const largest = Math.max(
    ...graph.nodes
      .flatMap(({ outputs }) => outputs)
      .map((value) => 4 * elementCount(bindShape(typeOf(graph, value).shape, 1))),
    0,
  );
  const { peakActivationBytes: peak, inPlacePeakActivationBytes: inPlace } = stats.memory;
  if (inPlace > peak) return `the peak in place is ${inPlace}, more than ${peak}`;
  const isFloat = graph.nodes.every(({ outputs }) =>
    outputs.every((value) => typeOf(graph, value).dtype === "float32"),
  );
  return isFloat && peak < largest ? `the peak is ${peak}, less than one tensor of ${largest}` : undefined;
}

/** A float32 feed, as for the file, with the reference's results and the possible effect of rounding. */
function runReference(graph: Graph, seed: number) {
  const single = (tensors: Outputs): Outputs =>
    Object.fromEntries(
      Object.entries(tensors).map(([name, { shape, data }]) => [
        name,
        { shape, data: Float64Array.from(data, Math.fround) },
      ]),
    );
  const feed = { inputs: single(probeInputs(graph, batch, seed)), slots: single(probeWeights(graph, seed)), batch };
  const expected = interpret(graph, feed);
  return { feed, expected, roughness: worst(interpretRounded(graph, feed), expected) };
}

/** The largest `||a - b|| / ||b||` among the outputs; a difference from zero is infinite. */
function worst(actual: Outputs, expected: Outputs): number {
  const errors = Object.entries(expected).map(([name, { shape, data }]) => {
    const found = actual[name];
    if (found === undefined || `${found.shape}` !== `${shape}`) return Number.POSITIVE_INFINITY;
    const error = relativeError(found.data, data);
    return Number.isNaN(error) ? Number.POSITIVE_INFINITY : error;
  });
  return Math.max(0, ...errors);
}

const weighted = (graph: Graph, slots: Outputs): WeightedGraph<Float64Array> => ({
  graph,
  weights: new Map(Object.entries(slots).map(([name, { data }]) => [name, data])),
});

const slotsOf = ({ graph, weights }: WeightedGraph<Float64Array>): Outputs =>
  Object.fromEntries(
    graph.slots.map(({ name, value }) => [
      name,
      { shape: bindShape(typeOf(graph, value).shape, 1), data: weights.get(name)! },
    ]),
  );

/** The comparisons with ONNX Runtime: the original network at two opsets, the rewritten one at two others. */
const plans = [
  { rewritten: false, opset: 13 },
  { rewritten: false, opset: newestOpset },
  { rewritten: true, opset: 17 },
  { rewritten: true, opset: 18 },
] as const;

/**
 * Rewritten at each level, in float64; and in ONNX Runtime, with and without its own rewrites. Rounding may flip a comparison for one
 * feed: only an error for all three feeds counts.
 */
async function computes(graph: Graph, rewrite: Subject["rewrite"]): Promise<Verdict> {
  let verdict: Verdict = "rough";
  for (const seed of [1, 2, 3]) {
    const run = runReference(graph, seed);
    if (!Object.values(run.expected).every(({ data }) => data.every(Number.isFinite))) return { wrong: "not finite" };
    const found = await comparisons(graph, run, rewrite);
    if (found === "right") return found;
    if (found !== "rough") verdict = found;
  }
  return verdict;
}

async function comparisons(
  graph: Graph,
  { feed, expected, roughness }: ReturnType<typeof runReference>,
  rewrite: Subject["rewrite"],
): Promise<Verdict> {
  const before = weighted(graph, feed.slots);
  let rewritten = before;
  for (const level of optimizeLevels) {
    rewritten = rewrite !== undefined && level > 0 ? rewrite(before) : optimize(before, level);
    assertSound(rewritten.graph);
    const error = worst(interpret(rewritten.graph, { ...feed, slots: slotsOf(rewritten) }), expected);
    // Double precision has 2^29 times finer steps than single precision.
    if (!(error <= Math.max(1e-10, 1e-5 * roughness))) {
      return { wrong: `level ${level} is ${error} off (rounding: ${roughness})` };
    }
  }
  if (roughness > tooRough) return "rough";
  const allowed = Math.max(2e-5, 30 * roughness);
  for (const { rewritten: isRewritten, opset } of plans) {
    const model = isRewritten ? rewritten : before;
    for (const level of ["disabled", "all"] as const) {
      let found: Outputs;
      try {
        found = await runInOnnxRuntime(model.graph, { ...feed, slots: slotsOf(model) }, opset, level);
      } catch (error) {
        const said = error instanceof Error ? error.message : error;
        return { wrong: `ONNX Runtime, opset ${opset}, its rewrites ${level}: ${said}` };
      }
      const error = worst(found, expected);
      const what = `ONNX Runtime, opset ${opset}, ${isRewritten ? "rewritten" : "as written"}, its own rewrites ${level}`;
      if (!(error <= allowed)) return { wrong: `${what}: ${error} off (rounding: ${roughness})` };
    }
  }
  return "right";
}

/** All properties of the network itself; returns the first violation. */
export async function judgeNetwork(subject: Subject): Promise<Verdict> {
  const refused = (await compiles(subject)) ?? (await formats(subject));
  if (refused !== undefined) return { wrong: refused };
  const graph = (await graphOf(subject.text)) as Graph;
  const wrong = readsBack(graph) ?? counts(graph);
  return wrong === undefined ? computes(graph, subject.rewrite) : { wrong };
}
