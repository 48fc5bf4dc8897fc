// The small networks that real tools counted, as graphs.
import { readFileSync } from "node:fs";
import type { Attributes, Graph, ValueId } from "../../src/ir/graph.js";
import { findOp } from "../../src/ops/registry.js";
import { optimize } from "../../src/passes/pipeline.js";
import { probeWeights } from "../../src/reference/probe-weights.js";
import { emitOnnx } from "../../src/targets/onnx/emit.js";
import { Network } from "./network.js";

interface LayerSpec {
  readonly op: string;
  /** Indices of the values that it reads, the image being 0; by default the previous one. */
  readonly from?: readonly number[];
  readonly attributes?: Attributes;
}

interface NetworkSpec {
  readonly input: readonly number[];
  readonly layers: readonly LayerSpec[];
}

export const read = <T>(path: string): T =>
  JSON.parse(readFileSync(new URL(`peers/${path}`, import.meta.url), "utf8")) as T;

export const { networks } = read<{ readonly networks: Readonly<Record<string, NetworkSpec>> }>("networks.json");

/** The number of inputs of an op that are neither weights nor statistics. */
function arity(name: string): number {
  const inputs = findOp(name)?.inputs ?? [];
  return inputs === "many" ? 1 : inputs.filter(({ role }) => role === "tensor").length;
}

export function graphOf(name: string): Graph {
  const { input, layers } = networks[name] as NetworkSpec;
  const net = new Network("Asked");
  const values: ValueId[] = [net.image(input)];
  for (const { op, from, attributes } of layers) {
    const inputs = from ?? new Array<number>(arity(op)).fill(values.length - 1);
    values.push(
      net.op(
        op,
        inputs.map((n) => values[n] as ValueId),
        attributes,
      ),
    );
  }
  net.output(values.at(-1) as ValueId);
  return net.finish();
}

/** The file that lferc deploys, at the newest opset for which onnx-tool knows every op in it: 18 has Mish. */
export function onnxOf(name: string): Uint8Array {
  const graph = graphOf(name);
  const drawn = Object.entries(probeWeights(graph, 1));
  const weights = new Map(drawn.map(([slot, { data }]) => [slot, Float32Array.from(data)]));
  return emitOnnx(optimize({ graph, weights }, 1), { opset: 17, producerVersion: "0" });
}
