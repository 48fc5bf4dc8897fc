// The maps of src/weights/maps, and proposed maps, on the names and shapes of torchvision's and timm's own networks.
import * as assert from "uvu/assert";
import { compile, load } from "../../src/compiler.js";
import { nodeHost } from "../../src/hosts/node-host.js";
import { type Graph, typeOf } from "../../src/ir/graph.js";
import { bindShape } from "../../src/ir/shape.js";
import { pairTensors } from "../../src/weights/names/pair-tensors.js";
import { settleNames } from "../../src/weights/names/settle-names.js";
import { shippedMapNames } from "../../src/weights/names/shipped-maps.js";
import type { WeightFile } from "../../src/weights/weight-file.js";
import { root } from "../support/lferc.js";
import { suite } from "../support/suite.js";
import { weightNames } from "./weight-names.js";

const libraries = ["torchvision", "timm"] as const;
type Library = (typeof libraries)[number];

/** The model's file by the beginning of a network's name. */
const sources: readonly (readonly [beginning: string, source: string])[] = [
  ["shufflenet_v2", "shufflenet_v2"],
  ["resne", "resnet"],
  ["wide_resnet", "resnet"],
  ["se_resnet", "resnet"],
  ...["alexnet", "convnext", "densenet", "efficientnet", "ghostnet", "googlenet", "inception_v3", "mnasnet"].map(plain),
  ...[
    "mobilenet_v1",
    "mobilenet_v2",
    "mobilenet_v3",
    "mobilenet_v4",
    "mobilevit",
    "regnet",
    "repvgg",
    "squeezenet",
  ].map(plain),
  ...["dla", "edgenext", "mobileone", "starnet", "swin", "vgg", "vit", "xception"].map(plain),
];

function plain(name: string): readonly [string, string] {
  return [name, name];
}

const sourceOf = (network: string): string =>
  `models/${sources.find(([beginning]) => network.startsWith(beginning))?.[1]}.lfer`;

const made = new Map<string, Graph>();

async function graphOf(network: string, training: boolean): Promise<Graph> {
  const key = `${network} ${training}`;
  const known = made.get(key);
  if (known !== undefined) return known;
  const files = await load(nodeHost(root), sourceOf(network));
  const [found] = compile(files, { model: network, graphsOnly: true, training }).models;
  assert.ok(found, network);
  made.set(key, found!.graph);
  return found!.graph;
}

const settled = new Map<string, ReturnType<typeof settleNames>>();

/** A network's names by the map that fits; kept, since all maps are tried. */
async function settledOf(library: Library, network: string, file: WeightFile, training: boolean) {
  const key = `${library} ${network} ${training}`;
  const known = settled.get(key) ?? settleNames(await graphOf(network, training), file, undefined);
  settled.set(key, known);
  return known;
}

const shapesOf = (graph: Graph) =>
  graph.slots.map(({ name, value }) => ({ name, shape: bindShape(typeOf(graph, value).shape, 1) }));

/**
 * Networks whose own order of tensors is not ours: their first ones, in our order. All others are compared in the order in which
 * both create layers: the map must not exchange two layers of one shape. That this order is right is shown by the outputs of
 * torchvision.test.ts and timm.test.ts.
 */
const first: Readonly<Record<Library, Readonly<Record<string, readonly string[]>>>> = {
  torchvision: { vit: ["conv_proj.weight", "conv_proj.bias", "class_token", "encoder.pos_embedding"] },
  timm: { vit: ["patch_embed.proj.weight", "patch_embed.proj.bias", "cls_token", "pos_embed"] },
};

function inOurOrder(library: Library, network: string, { tensors }: WeightFile): readonly string[] {
  const [, beginning = []] = Object.entries(first[library]).find(([name]) => network.startsWith(name)) ?? [];
  return [...beginning, ...[...tensors.keys()].filter((name) => !beginning.includes(name))];
}

/** Of tensors for training alone, which a file has and a network in its inference form lacks. */
const auxiliary = /^(aux[12]|AuxLogits)\./;

for (const library of libraries) {
  suite(`${library}'s names`, (test) => {
    for (const [network, file] of weightNames(library)) {
      test(`${network}: a built-in map has every name, for each the layer of its place and shape`, async () => {
        for (const training of [...file.tensors.keys()].some((name) => auxiliary.test(name))
          ? [false, true]
          : [false]) {
          const graph = await graphOf(network, training);
          const { map = "", names, diagnostics } = await settledOf(library, network, file, training);
          assert.match(map, /^(torchvision|timm)-/);
          assert.equal(diagnostics, []);
          const used = inOurOrder(library, network, file).filter((name) => training || !auxiliary.test(name));
          if (training) {
            // The auxiliary classifiers come last with us.
            assert.is(names.dropped.size, 0);
            const layers = (pattern: RegExp) => used.filter((name) => pattern.test(name));
            used.splice(0, used.length, ...layers(/^(?!aux|AuxLogits)/), ...layers(auxiliary));
          }
          const slots = shapesOf(graph);
          assert.equal(
            used.map((name) => [names.slotOf.get(name), file.tensors.get(name)?.shape]),
            slots.map(({ name, shape }) => [name, shape]),
          );
        }
      });

      test(`${network}: in its order, and by name as in safetensors, a map is made that pairs the same layers`, async () => {
        const slots = shapesOf(await graphOf(network, false));
        const ours = inOurOrder(library, network, file).filter((name) => !auxiliary.test(name));
        const truth = new Map(ours.map((name, i) => [name, i]));
        const theirs = [...file.tensors.keys()].filter((name) => !auxiliary.test(name));
        for (const names of [theirs, [...ours].sort()]) {
          const places = pairTensors(
            names.map((name) => ({ name, shape: file.tensors.get(name)!.shape })),
            slots,
          );
          assert.equal(
            places,
            names.map((name) => truth.get(name)),
          );
        }
      });
    }
  });
}

suite("built-in name maps", (test) => {
  test("each is needed by a network", async () => {
    const used = new Set<string | undefined>();
    for (const library of libraries) {
      for (const [network, file] of weightNames(library)) {
        used.add((await settledOf(library, network, file, false)).map);
      }
    }
    assert.equal([...used].sort(), [...shippedMapNames].sort());
  });

  test("none is taken for the file of another family", async () => {
    const resnet = weightNames("torchvision").get("resnet18")!;
    const settled = settleNames(await graphOf("mobilenet_v2", false), resnet, undefined);
    assert.equal(
      settled.diagnostics.map(({ code }) => code),
      ["weights/nothing-fits"],
    );
  });
});
