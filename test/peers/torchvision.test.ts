import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { InferenceSession, Tensor } from "onnxruntime-node";
import * as assert from "uvu/assert";
import { compile, load } from "../../src/compiler.js";
import { nodeHost } from "../../src/hosts/node-host.js";
import { type Graph, typeOf } from "../../src/ir/graph.js";
import { bindShape } from "../../src/ir/shape.js";
import { type OptimizeLevel, optimize } from "../../src/passes/pipeline.js";
import { interpret } from "../../src/reference/interpret.js";
import { emitOnnx } from "../../src/targets/onnx/emit.js";
import { root } from "../support/lferc.js";
import { suite } from "../support/suite.js";
import { formulaInput, formulaValues } from "./formula-weights.js";

/** What make_reference.py wrote about a network. */
interface Reference {
  readonly gain: number;
  readonly input: readonly number[];
  /** ||float32 - float64|| / ||float64|| of torch's own two runs. */
  readonly float32Error: number;
  /** The same of a picture turned by 90 degrees: what a blind comparison would let pass. */
  readonly turnedDistance: number;
  readonly logits: readonly number[];
  readonly tensors: readonly (readonly [name: string, shape: readonly number[]])[];
}

/** The same in few lines: a digest in the place of the tensors. */
interface SmallReference extends Omit<Reference, "tensors"> {
  readonly tensorCount: number;
  /** SHA-256 of `ROLE:SIZExSIZE...` of every tensor, in order. */
  readonly tensorDigest: string;
}

const networks = [
  { name: "shufflenet_v2_x1_0_nc7", source: "models/shufflenet_v2.lfer" },
  { name: "shufflenet_v2_x1_0", source: "models/shufflenet_v2.lfer" },
  { name: "resnet50_nc7", source: "models/resnet.lfer" },
  { name: "resnet50", source: "models/resnet.lfer" },
] as const;

const referenceOf = (name: string): Reference =>
  JSON.parse(readFileSync(new URL(`./torchvision/${name}.json`, import.meta.url), "utf8"));

async function graphOf(source: string, model: string, set: ReadonlyMap<string, string> = new Map()): Promise<Graph> {
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
const roleOf = (name: string): string => name.slice(name.lastIndexOf(".") + 1);

/**
 * The formula's weights by our names. Both lists are in the order in which layers are made, and the blocks of models/ make
 * theirs in torchvision's order; roles and shapes must agree all the way.
 */
function formulaWeights(graph: Graph, { tensors, gain }: Reference): Map<string, Float32Array> {
  const ours = graph.slots.map(({ name, value }) => [roleOf(name), bindShape(typeOf(graph, value).shape, 1)]);
  assert.equal(
    ours,
    tensors.map(([name, shape]) => [roleOf(name), shape]),
  );
  return new Map(
    graph.slots.map(({ name }, ordinal) => {
      const [torchName, shape] = tensors[ordinal]!;
      return [name, formulaValues(torchName, ordinal, shape, gain)];
    }),
  );
}

/** The formula's weights of a network of which only the digest is at hand: it says that all roles and shapes are the same. */
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
function relativeDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  assert.is(a.length, b.length);
  let difference = 0;
  let norm = 0;
  for (let i = 0; i < b.length; i++) {
    difference += (a[i]! - b[i]!) ** 2;
    norm += b[i]! ** 2;
  }
  return Math.sqrt(difference / norm);
}

async function runOnnx(graph: Graph, weights: ReadonlyMap<string, Float32Array>, level: OptimizeLevel, input: Tensor) {
  const bytes = emitOnnx(optimize({ graph, weights }, level), { opset: 18, producerVersion: "test" });
  const session = await InferenceSession.create(bytes, { logSeverityLevel: 3 });
  const results = await session.run({ [session.inputNames[0]!]: input });
  await session.release();
  return results[session.outputNames[0]!]!.data as Float32Array;
}

suite("torchvision, float32 through ONNX Runtime", (test) => {
  for (const { name, source } of networks) {
    test(`${name} answers as torchvision's does`, async () => {
      const reference = referenceOf(name);
      const graph = await graphOf(source, name);
      const weights = formulaWeights(graph, reference);
      const input = new Tensor("float32", formulaInput(), reference.input);
      for (const level of [0, 1] as const) {
        const distance = relativeDistance(await runOnnx(graph, weights, level, input), reference.logits);
        assert.ok(distance < 3 * reference.float32Error, `level ${level}: ${distance}`);
        assert.ok(distance < reference.turnedDistance / 1000);
      }
    });
  }

  test("a lost shuffle or two exchanged layers would not pass", async () => {
    const reference = referenceOf("shufflenet_v2_x1_0_nc7");
    const graph = await graphOf("models/shufflenet_v2.lfer", "shufflenet_v2_x1_0_nc7");
    const weights = formulaWeights(graph, reference);
    const input = new Tensor("float32", formulaInput(), reference.input);
    const distanceOf = async (broken: Graph, values: ReadonlyMap<string, Float32Array>): Promise<number> =>
      relativeDistance(await runOnnx(broken, values, 1, input), reference.logits);

    const shuffles = graph.nodes.filter(({ op }) => op === "channel_shuffle");
    const lost = shuffles[7]!;
    const nodes = graph.nodes.map((node) =>
      node === lost ? { ...node, attributes: { ...node.attributes, groups: 1 } } : node,
    );
    assert.ok((await distanceOf({ ...graph, nodes }, weights)) > 1e-3);

    const [first, second] = ["stage3.unit_1.conv_1.weight", "stage3.unit_1.conv_2.weight"] as const;
    const exchanged = new Map(weights).set(first, weights.get(second)!).set(second, weights.get(first)!);
    assert.ok((await distanceOf(graph, exchanged)) > 1e-3);
  });
});

/** `models/NAME.lfer` by the beginning of a network's name. */
const sourceOf = (network: string): string => {
  const files = { regnet: "regnet", resnext: "resnet", mobilenet_v3: "mobilenet_v3", mnasnet: "mnasnet" };
  const more = {
    efficientnet: "efficientnet",
    densenet: "densenet",
    convnext: "convnext",
    squeezenet: "squeezenet",
    shufflenet: "shufflenet_v2",
  };
  const known = Object.entries({ ...files, ...more }).find(([prefix]) => network.startsWith(prefix));
  return `models/${known?.[1] ?? network}.lfer`;
};

suite("torchvision, one network of each kind, small pictures", (test) => {
  const folder = new URL("./torchvision/", import.meta.url);
  const small = readdirSync(folder).filter((name) => name.endsWith("_small.json"));
  for (const file of small) {
    const name = file.replace("_small.json", "");
    test(`${name} answers as torchvision's does`, async () => {
      const reference = JSON.parse(readFileSync(new URL(file, folder), "utf8")) as SmallReference;
      const size = reference.input[3] ?? 0;
      const set = new Map([
        ["size", `${size}`],
        ["classes", "7"],
      ]);
      const graph = await graphOf(sourceOf(name), name, set);
      const weights = weightsByDigest(graph, reference);
      const input = new Tensor("float32", formulaInput(size), reference.input);
      for (const level of [0, 1] as const) {
        const distance = relativeDistance(await runOnnx(graph, weights, level, input), reference.logits);
        assert.ok(distance < 5 * reference.float32Error, `level ${level}: ${distance}, ${reference.float32Error}`);
        assert.ok(distance < reference.turnedDistance / 1000);
      }
    });
  }

  test("there is one of each", () => assert.ok(small.length >= 14));
});

suite("torchvision, float64 in the reference interpreter", (test) => {
  const name = "shufflenet_v2_x1_0_nc7";

  test(`${name} answers as torchvision's does in double precision`, async () => {
    const reference = referenceOf(name);
    const graph = await graphOf("models/shufflenet_v2.lfer", name);
    const weights = formulaWeights(graph, reference);
    const slots = Object.fromEntries(
      graph.slots.map((slot) => [
        slot.name,
        { shape: bindShape(typeOf(graph, slot.value).shape, 1), data: Float64Array.from(weights.get(slot.name)!) },
      ]),
    );
    const image = { shape: reference.input, data: Float64Array.from(formulaInput()) };
    const [result] = Object.values(interpret(graph, { inputs: { image }, slots, batch: 1 }));
    // The logits are kept with 12 digits.
    assert.ok(relativeDistance(result!.data, reference.logits) < 1e-11);
  });
});
