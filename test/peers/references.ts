/** The results of the scripts beside this file for other implementations, and the comparison with ours. */
import { createHash } from "node:crypto";
import type { Tensor } from "onnxruntime-node";
import * as assert from "uvu/assert";
import { compile, load } from "../../src/compiler.js";
import { nodeHost } from "../../src/hosts/node-host.js";
import { type Graph, typeOf } from "../../src/ir/graph.js";
import { bindShape } from "../../src/ir/shape.js";
import { type OptimizeLevel, optimize } from "../../src/passes/pipeline.js";
import { emitOnnx } from "../../src/targets/onnx/emit.js";
import { root } from "../support/lferc.js";
import { ort } from "../support/onnx-runtime.js";
import { formulaInput, formulaValues } from "./formula-weights.js";

/** What make_reference.py wrote about a network. */
export interface Reference {
  readonly gain: number;
  readonly input: readonly number[];
  /** ||float32 - float64|| / ||float64|| of torch's own two runs. */
  readonly float32Error: number;
  /** The same for a picture rotated by 90 degrees: a difference that a comparison must notice. */
  readonly turnedDistance: number;
  readonly logits: readonly number[];
  readonly tensors: readonly (readonly [name: string, shape: readonly number[]])[];
}

/** The same in few lines: a digest in place of the tensors. */
export interface SmallReference extends Omit<Reference, "tensors"> {
  readonly tensorCount: number;
  /** Seven by default. */
  readonly classes?: number;
  /** SHA-256 of `ROLE:SIZExSIZE...` of every tensor, in order. */
  readonly tensorDigest: string;
}

export async function graphOf(
  source: string,
  model: string,
  set: ReadonlyMap<string, string> = new Map(),
): Promise<Graph> {
  const compiled = compile(await load(nodeHost(root), source), { model, set, graphsOnly: true });
  assert.equal(
    compiled.diagnostics.filter(({ severity }) => severity === "error"),
    [],
  );
  const [found] = compiled.models;
  assert.ok(found);
  return found!.graph;
}

/** `weight`, `bias`, `running_mean` or `running_var`. */
export const roleOf = (name: string): string => name.slice(name.lastIndexOf(".") + 1);

/** The formula's weights of a network with only a digest: the digest proves that all roles and shapes are the same. */
function weightsByDigest(graph: Graph, { tensorCount, tensorDigest, gain }: SmallReference): Map<string, Float32Array> {
  const tensors = graph.slots.map(({ name, value }) => ({
    name,
    role: roleOf(name),
    shape: bindShape(typeOf(graph, value).shape, 1),
  }));
  assert.is(tensors.length, tensorCount);
  const rows = tensors.map(({ role, shape }) => `${role}:${shape.join("x")}`);
  assert.is(createHash("sha256").update(rows.join(" ")).digest("hex"), tensorDigest);
  return new Map(
    tensors.map(({ name, role, shape }, ordinal) => [name, formulaValues(role, ordinal, shape, gain)] as const),
  );
}

/** ||a - b|| / ||b||. */
export function relativeDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  assert.is(a.length, b.length);
  let difference = 0;
  let norm = 0;
  for (let i = 0; i < b.length; i++) {
    difference += (a[i]! - b[i]!) ** 2;
    norm += b[i]! ** 2;
  }
  return Math.sqrt(difference / norm);
}

export async function runOnnx(
  graph: Graph,
  weights: ReadonlyMap<string, Float32Array>,
  level: OptimizeLevel,
  input: Tensor,
) {
  const bytes = emitOnnx(optimize({ graph, weights }, level), { opset: 18, producerVersion: "test" });
  const session = await ort.InferenceSession.create(bytes, { logSeverityLevel: 3 });
  const results = await session.run({ [session.inputNames[0]!]: input });
  await session.release();
  return results[session.outputNames[0]!]!.data as Float32Array;
}

/** Asserts that the network's outputs equal the reference's, as written and rewritten. */
export async function answersAs(reference: SmallReference, source: string, name: string): Promise<void> {
  const size = reference.input[3] ?? 0;
  const set = new Map([
    ["size", `${size}`],
    ["classes", `${reference.classes ?? 7}`],
  ]);
  const graph = await graphOf(source, name, set);
  const weights = weightsByDigest(graph, reference);
  const input = new ort.Tensor("float32", formulaInput(size), reference.input);
  for (const level of [0, 1] as const) {
    const distance = relativeDistance(await runOnnx(graph, weights, level, input), reference.logits);
    assert.ok(distance < 5 * reference.float32Error, `level ${level}: ${distance}, ${reference.float32Error}`);
    assert.ok(distance < reference.turnedDistance / 1000);
  }
}
