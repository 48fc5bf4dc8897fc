// The labels in a weight file, compared with those of the network that reads the weights.
import * as assert from "uvu/assert";
import { withLabels } from "../../src/ir/class-order.js";
import type { Graph } from "../../src/ir/graph.js";
import { interpret } from "../../src/reference/interpret.js";
import { compileText } from "../../src/testing/compile-text.js";
import { initialiseWeights } from "../../src/weights/initialise.js";
import { labelMetadata } from "../../src/weights/label-metadata.js";
import { type LoadedWeights, loadWeights } from "../../src/weights/load-weights.js";
import { parseNameMap } from "../../src/weights/names/parse-map.js";
import { writeSafetensors } from "../../src/weights/safetensors.js";
import { weightTensors } from "../../src/weights/weight-tensors.js";
import { suite } from "../support/suite.js";

const own = ["cat", "dog", "owl", "yak"];
/** An order that is not its own inverse: applied in the wrong direction it is another one. */
const cycled = ["yak", "cat", "owl", "dog"];

const heads = {
  linear: "flatten -> linear(4)",
  "linear without bias": "flatten -> linear(4, bias: false)",
  conv: "global_avg_pool -> conv(4, kernel: 1, bias: true) -> flatten",
  "conv, norm, pool": "conv(4) -> batch_norm -> relu -> global_avg_pool -> flatten",
  "conv, mean, softmax": "conv(4, kernel: 1) -> mean(axes: [2, 3]) -> softmax",
} as const;

const pool = "image -> conv(6) -> global_avg_pool -> ";

async function graphOf(logits: string, labels: readonly string[] | undefined, name = "logits"): Promise<Graph> {
  const list = labels === undefined ? "" : `: labels(${JSON.stringify(labels)})`;
  const text = `lfer 1

model M {
  input image: float32[N, 3, 4, 4]
  ${name} = ${logits}
  output ${name}${list}
}
`;
  const { models, diagnostics } = await compileText(text);
  const [model] = models;
  assert.ok(model, diagnostics.map(({ message }) => message).join("\n"));
  return model.graph;
}

/** The bytes of a file with random weights, as lferc writes them. */
function fileOf(graph: Graph, metadata = labelMetadata(graph)): Uint8Array {
  return Buffer.concat(writeSafetensors(weightTensors(graph, initialiseWeights(graph, 5)), metadata));
}

const load = (graph: Graph, bytes: Uint8Array, map?: string): LoadedWeights => {
  const parsed = map === undefined ? undefined : parseNameMap(map, "n.map");
  const names = parsed?.kind === "map" ? parsed.map : undefined;
  assert.is(names === undefined, map === undefined);
  return loadWeights(graph, { kind: "file", file: "w.safetensors", bytes, map: names });
};

const codesOf = (loaded: LoadedWeights): readonly string[] =>
  loaded.kind === "loaded" ? [] : loaded.diagnostics.map(({ code }) => code);

/** The network's outputs for a picture, by label. */
function answersOf(graph: Graph, loaded: LoadedWeights): Readonly<Record<string, number>> {
  assert.ok(loaded.kind === "loaded", JSON.stringify(loaded));
  const image = { shape: [1, 3, 4, 4], data: Float64Array.from({ length: 48 }, (_, i) => Math.sin(i * 12.9898)) };
  const slots = Object.fromEntries(
    [...weightTensors(graph, loaded.weights)].map(([slot, { shape, data }]) => [
      slot,
      { shape, data: Float64Array.from(data) },
    ]),
  );
  const [output] = withLabels(graph, loaded.labels).outputs;
  const found = interpret(graph, { inputs: { image }, slots, batch: 1 })[output?.name ?? ""];
  return Object.fromEntries((output?.labels ?? []).map((label, i) => [label, found?.data[i] ?? Number.NaN]));
}

suite("labels of a weight file", (test) => {
  for (const [name, head] of Object.entries(heads)) {
    test(`another order is put into the model's, row by row: ${name}`, async () => {
      const trained = await graphOf(`image -> conv(6) -> ${head}`, cycled);
      const graph = await graphOf(`image -> conv(6) -> ${head}`, own);
      const bytes = fileOf(trained);
      const wanted = answersOf(trained, load(trained, bytes));
      assert.ok(new Set(Object.values(wanted)).size > 1, "the answers differ");
      assert.equal(answersOf(graph, load(graph, bytes)), wanted);
    });
  }

  test("where something mixes the rows, the labels to write are said", async () => {
    const mixed = [
      `${pool}flatten -> linear(4) -> layer_norm`,
      "reshape(image -> conv(6) -> flatten -> linear(8), shape: [N, 2, 4]) -> mean(axes: [1])",
      "image -> conv(4) -> flatten -> linear(4) -> softmax(axis: 0)",
      "image -> conv(4, kernel: 1) -> depthwise(4) -> global_avg_pool -> flatten",
    ];
    for (const logits of mixed) {
      const bytes = fileOf(await graphOf(logits, cycled));
      const loaded = load(await graphOf(logits, own), bytes);
      assert.equal(codesOf(loaded), ["weights/labels-order"], logits);
      const [found] = loaded.kind === "refused" ? loaded.diagnostics : [];
      assert.ok(found?.help.includes(`output logits: labels(["yak", "cat", "owl", "dog"])`), found?.help);
      assert.equal(codesOf(load(await graphOf(logits, cycled), bytes)), [], "in the file's order it is taken");
    }
  });

  test("rows that something else reads, too, stay where they are", async () => {
    const text = (labels: readonly string[]) => `lfer 1
model M {
  input image: float32[N, 3, 4, 4]
  logits = image -> conv(6) -> global_avg_pool -> flatten -> linear(4)
  largest = max(logits, axes: [1])
  second = logits -> relu
  output logits: labels(${JSON.stringify(labels)})
  output second
}
`;
    const [trained, graph] = await Promise.all(
      [cycled, own].map(async (list) => (await compileText(text(list))).models),
    );
    const bytes = fileOf(trained?.[0]?.graph as Graph);
    assert.equal(codesOf(load(graph?.[0]?.graph as Graph, bytes)), ["weights/labels-order"]);
  });

  test("other names are refused with both lists, unless the last layer begins afresh", async () => {
    const others = ["a", "b", "c", "d"];
    const graph = await graphOf(`${pool}flatten -> linear(4) as fc`, own);
    const bytes = fileOf(await graphOf(`${pool}flatten -> linear(4) as fc`, others));
    const loaded = load(graph, bytes);
    assert.equal(codesOf(loaded), ["weights/labels-differ"]);
    const [found] = loaded.kind === "refused" ? loaded.diagnostics : [];
    for (const part of ["[a, b, c, d]", "[cat, dog, owl, yak]", "`fc ->` and `-> fc`"]) {
      assert.ok(`${found?.message} ${found?.help}`.includes(part), `${found?.message} ${found?.help}`);
    }
    assert.equal(codesOf(load(graph, bytes, "fc ->\n-> fc\n")), [], "what the message says is what works");
    // Even with the same number of classes, a new head is unrelated to the old labels.
    const fewer = fileOf(await graphOf(`${pool}flatten -> linear(3) as fc`, ["a", "b", "c"]));
    assert.equal(codesOf(load(graph, fewer, "fc ->\n-> fc\n")), []);
    const open = await graphOf(`${pool}flatten -> linear(4) as fc`, undefined);
    const afresh = load(open, bytes, "fc ->\n-> fc\n");
    assert.equal(afresh.kind === "loaded" ? [...afresh.labels] : afresh, []);
  });

  test("an output without labels takes the file's", async () => {
    const graph = await graphOf(`${pool}flatten -> linear(4)`, undefined);
    const loaded = load(graph, fileOf(withLabels(graph, new Map([["logits", cycled]]))));
    assert.equal(loaded.kind === "loaded" ? [...loaded.labels] : loaded, [["logits", cycled]]);
  });

  test("the only list goes with the only output, whatever it was called", async () => {
    const trained = await graphOf(heads.linear.replace("flatten", "image -> flatten"), cycled);
    const graph = await graphOf(heads.linear.replace("flatten", "image -> flatten"), own, "answer");
    const bytes = fileOf(trained);
    assert.equal(answersOf(graph, load(graph, bytes, "logits -> answer")), answersOf(trained, load(trained, bytes)));
  });

  test("a file without labels, and weights of a seed, are taken as they are", async () => {
    const graph = await graphOf(`${pool}flatten -> linear(4)`, own);
    const loaded = load(graph, fileOf(graph, new Map([["labels", "cat;dog"]])));
    assert.equal(loaded.kind === "loaded" ? [...loaded.labels] : loaded, []);
    const drawn = loadWeights(graph, { kind: "seed", seed: 5 });
    assert.equal(answersOf(graph, loaded), answersOf(graph, drawn));
  });

  test("labels that are no list of so many strings are refused", async () => {
    const graph = await graphOf(`${pool}flatten -> linear(4)`, own);
    for (const text of ["", "{", "7", "[1, 2, 3, 4]", `["cat"]`, `{"length":4}`, "null"]) {
      const loaded = load(graph, fileOf(graph, new Map([["lfer.labels.logits", text]])));
      assert.equal(codesOf(loaded), ["weights/bad-labels"], text);
    }
  });
});
