import { readdirSync, readFileSync } from "node:fs";
import * as assert from "uvu/assert";
import { type Graph, typeOf } from "../../src/ir/graph.js";
import { bindShape } from "../../src/ir/shape.js";
import { interpret } from "../../src/reference/interpret.js";
import { ort } from "../support/onnx-runtime.js";
import { suite } from "../support/suite.js";
import { formulaInput, formulaValues } from "./formula-weights.js";
import {
  answersAs,
  graphOf,
  type Reference,
  relativeDistance,
  roleOf,
  runOnnx,
  type SmallReference,
} from "./references.js";

const networks = [
  { name: "shufflenet_v2_x1_0_nc7", source: "models/shufflenet_v2.lfer" },
  { name: "shufflenet_v2_x1_0", source: "models/shufflenet_v2.lfer" },
  { name: "resnet50_nc7", source: "models/resnet.lfer" },
  { name: "resnet50", source: "models/resnet.lfer" },
] as const;

const referenceOf = (name: string): Reference =>
  JSON.parse(readFileSync(new URL(`./torchvision/${name}.json`, import.meta.url), "utf8"));

/**
 * The formula's weights under our names. Both lists are in the order in which layers are created, and the blocks of models/ create
 * theirs in torchvision's order; all roles and shapes must agree.
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

suite("torchvision, float32 through ONNX Runtime", ({ native: test }) => {
  for (const { name, source } of networks) {
    test(`${name} answers as torchvision's does`, async () => {
      const reference = referenceOf(name);
      const graph = await graphOf(source, name);
      const weights = formulaWeights(graph, reference);
      const input = new ort.Tensor("float32", formulaInput(), reference.input);
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
    const input = new ort.Tensor("float32", formulaInput(), reference.input);
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
    test.native(`${name} answers as torchvision's does`, async () => {
      const reference = JSON.parse(readFileSync(new URL(file, folder), "utf8")) as SmallReference;
      await answersAs(reference, sourceOf(name), name);
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
    // The logits are stored with 12 digits.
    assert.ok(relativeDistance(result!.data, reference.logits) < 1e-11);
  });
});
