import { readFileSync } from "node:fs";
import * as assert from "uvu/assert";
import { compile, load } from "../../src/compiler.js";
import { nodeHost } from "../../src/hosts/node-host.js";
import { type Graph, typeOf } from "../../src/ir/graph.js";
import { bindShape } from "../../src/ir/shape.js";
import { settleNames } from "../../src/weights/names/settle-names.js";
import type { StoredTensor } from "../../src/weights/weight-file.js";
import { root } from "../support/lferc.js";
import { suite } from "../support/suite.js";

/** By network, one line per layer, as weight_files.py wrote it from torchvision; with seven classes. */
const layouts = JSON.parse(readFileSync(new URL("./torchvision/layouts.json", import.meta.url), "utf8")) as Readonly<
  Record<string, readonly string[]>
>;

const families = [
  { map: "torchvision-mobilenet-v2", source: "models/mobilenet_v2.lfer", beginnings: ["mobilenet_v2"] },
  { map: "torchvision-shufflenet-v2", source: "models/shufflenet_v2.lfer", beginnings: ["shufflenet"] },
  { map: "torchvision-resnet", source: "models/resnet.lfer", beginnings: ["resnet", "resnext", "wide_resnet"] },
] as const;

/** The tensors of a layer's line: `NAME SHAPE`, then those besides its weight. */
function tensorsOf(line: string): readonly StoredTensor[] {
  const [layer = "", shapeText = "", more] = line.split(" ");
  const shape = shapeText.split("x").map(Number);
  const tensor = (role: string, of: readonly number[]): StoredTensor => ({
    name: `${layer}.${role}`,
    dtype: "F32",
    shape: of,
    float32: undefined,
  });
  const others = more === "batch_norm" ? ["bias", "running_mean", "running_var"] : more === "bias" ? ["bias"] : [];
  return [tensor("weight", shape), ...others.map((role) => tensor(role, shape.slice(0, 1)))];
}

const fileOf = (lines: readonly string[]) => ({
  file: "network.pth",
  entry: "",
  tensors: new Map(lines.flatMap(tensorsOf).map((tensor) => [tensor.name, tensor])),
  metadata: new Map<string, string>(),
});

async function graphsOf(source: string): Promise<ReadonlyMap<string, Graph>> {
  const sources = await load(nodeHost(root), source);
  const names = Object.keys(layouts).filter((name) => families.some((f) => f.source === source && belongs(name, f)));
  return new Map(
    names.map((name) => {
      const compiled = compile(sources, { model: name, set: new Map([["classes", "7"]]), graphsOnly: true });
      const [found] = compiled.models;
      assert.ok(found, name);
      return [name, found!.graph];
    }),
  );
}

const belongs = (name: string, { beginnings }: (typeof families)[number]): boolean =>
  beginnings.some((beginning) => name.startsWith(beginning));

suite("torchvision's names", (test) => {
  test("every network belongs to one family", () => {
    const names = Object.keys(layouts);
    assert.ok(names.length >= 15);
    assert.ok(names.every((name) => families.filter((family) => belongs(name, family)).length === 1));
  });

  for (const { map, source } of families) {
    test(`${map}: every name and shape of every size`, async () => {
      for (const [name, graph] of await graphsOf(source)) {
        const file = fileOf(layouts[name]!);
        const settled = settleNames(graph, file, undefined);
        assert.is(settled.map, map, name);
        assert.equal(settled.diagnostics, [], name);
        const shapes = new Map(graph.slots.map((slot) => [slot.name, bindShape(typeOf(graph, slot.value).shape, 1)]));
        const found = [...settled.names.slotOf].map(
          ([tensor, slot]) => [file.tensors.get(tensor)!.shape, slot] as const,
        );
        assert.equal(new Set(found.map(([, slot]) => slot)), new Set(shapes.keys()), name);
        for (const [shape, slot] of found) assert.equal(shape, shapes.get(slot), `${name}: ${slot}`);
        // Both lists are in the order in which layers are created: the map must not exchange two layers of one shape.
        assert.equal(
          found.map(([, slot]) => slot),
          graph.slots.map((slot) => slot.name),
          name,
        );
      }
    });
  }

  test("no other family's map is taken", async () => {
    const [graph] = (await graphsOf("models/mobilenet_v2.lfer")).values();
    const settled = settleNames(graph!, fileOf(layouts.resnet18!), undefined);
    assert.is.not(settled.names.slotOf.size, graph!.slots.length);
  });
});
