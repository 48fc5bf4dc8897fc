// Labels of a weight file under other names than the model's outputs: classes are never confused.
import * as assert from "uvu/assert";
import { withLabels } from "../../src/ir/class-order.js";
import type { Graph } from "../../src/ir/graph.js";
import { compileText } from "../../src/testing/compile-text.js";
import { initialiseWeights } from "../../src/weights/initialise.js";
import { labelMetadata } from "../../src/weights/label-metadata.js";
import { type LoadedWeights, loadWeights } from "../../src/weights/load-weights.js";
import { parseNameMap } from "../../src/weights/names/parse-map.js";
import { writeSafetensors } from "../../src/weights/safetensors.js";
import { weightTensors } from "../../src/weights/weight-tensors.js";
import { suite } from "../support/suite.js";

const rgb = ["red", "green", "blue"];
/** An order that is not its own inverse. */
const cycled = ["green", "blue", "red"];
const others = ["tic", "tac", "toe"];

type Outputs = Readonly<Record<string, readonly string[] | undefined>>;

/** Two heads with one layer each, and what is computed from them. */
async function modelOf(lines: readonly string[], outputs: Outputs, heads = ["p", "q"]): Promise<Graph> {
  const text = `lfer 1

model M {
  input image: float32[N, 3, 4, 4]
  body = image -> conv(6) -> global_avg_pool -> flatten
${heads.map((head) => `  ${head} = body -> linear(3)`).join("\n")}
${lines.map((line) => `  ${line}`).join("\n")}
${Object.entries(outputs)
  .map(([name, labels]) => `  output ${name}${labels === undefined ? "" : `: labels(${JSON.stringify(labels)})`}`)
  .join("\n")}
}
`;
  const { models, diagnostics } = await compileText(text);
  assert.ok(models[0], diagnostics.map(({ message }) => message).join("\n"));
  return models[0].graph;
}

const bytesOf = (graph: Graph, metadata = labelMetadata(graph)): Uint8Array =>
  Buffer.concat(writeSafetensors(weightTensors(graph, initialiseWeights(graph, 5)), metadata));

/** A file with both heads and these lists. */
const fileOf = async (outputs: Outputs): Promise<Uint8Array> => {
  const graph = await modelOf([], { p: undefined, q: undefined });
  const lists = Object.entries(outputs).map(([name, list]) => [`lfer.labels.${name}`, JSON.stringify(list)] as const);
  return bytesOf(graph, new Map(lists));
};

function load(graph: Graph, bytes: Uint8Array, map?: string, keepsOrder = false): LoadedWeights {
  const parsed = map === undefined ? undefined : parseNameMap(map, "n.map");
  const names = parsed?.kind === "map" ? parsed.map : undefined;
  assert.is(names === undefined, map === undefined);
  return loadWeights(graph, {
    kind: "file",
    file: "w.safetensors",
    bytes,
    map: names,
    ...(keepsOrder ? { keepsOrder } : {}),
  });
}

const codesOf = (loaded: LoadedWeights): readonly string[] =>
  loaded.kind === "loaded" ? [] : loaded.diagnostics.map(({ code }) => code);

interface Case {
  readonly title: string;
  readonly lines?: readonly string[];
  readonly file: Outputs;
  readonly model: Outputs;
  readonly codes?: readonly string[];
  /** The model's output as a frozen network, whose rows stay in the file's order. */
  readonly frozen?: readonly string[];
}

const both = ["u = softmax(p)", "v = softmax(q)"];
const unplaced = ["weights/labels-unplaced"];
const contradict = ["weights/labels-contradict"];

const cases: readonly Case[] = [
  { title: "both kept", file: { p: rgb, q: cycled }, model: { p: cycled, q: rgb } },
  { title: "both kept, one without labels", file: { p: rgb, q: cycled }, model: { p: undefined, q: rgb } },
  { title: "both renamed", lines: both, file: { p: rgb, q: cycled }, model: { u: cycled, v: cycled }, codes: unplaced },
  {
    title: "both renamed, without labels",
    lines: both,
    file: { p: rgb, q: cycled },
    model: { u: undefined, v: undefined },
    codes: unplaced,
  },
  { title: "one renamed", lines: both, file: { p: rgb, q: cycled }, model: { p: rgb, v: rgb }, codes: unplaced },
  {
    title: "one renamed, first and without labels",
    lines: both,
    file: { p: rgb, q: rgb },
    model: { u: undefined, q: rgb },
    codes: unplaced,
  },
  {
    title: "one list, two outputs of other names",
    lines: both,
    file: { p: rgb },
    model: { u: cycled, v: cycled },
    codes: unplaced,
  },
  {
    title: "one list, two outputs without labels",
    lines: both,
    file: { p: rgb },
    model: { u: undefined, v: undefined },
    codes: unplaced,
  },
  { title: "one list, that of all outputs", lines: both, file: { p: rgb }, model: { u: rgb, v: rgb } },
  { title: "two lists, those of all outputs", lines: both, file: { p: rgb, q: rgb }, model: { u: rgb, v: rgb } },
  {
    title: "two lists, one of them another one's",
    lines: both,
    file: { p: rgb, q: cycled },
    model: { u: rgb, v: rgb },
    codes: unplaced,
  },
  {
    title: "two lists, one output of both heads",
    lines: ["u = p + q"],
    file: { p: rgb, q: cycled },
    model: { u: rgb },
    codes: unplaced,
  },
  {
    title: "two lists, an output of both heads that has the name of one",
    lines: ["both = p + q"],
    file: { both: rgb, q: cycled },
    model: { both: rgb },
    codes: unplaced,
  },
  {
    title: "a part of the classes under other names",
    lines: ["u = slice(p, axis: 1, to: 2)"],
    file: { p: rgb, q: rgb },
    model: { u: ["green", "red"], q: rgb },
    codes: unplaced,
  },
  {
    title: "labels of something else",
    lines: ["v = softmax(p)", "u = max(body, axes: [1], keep: true) * 2"],
    file: { p: rgb, q: rgb },
    model: { u: ["brightness"], v: rgb, q: rgb },
  },
  {
    title: "an output of the same layer in another order",
    lines: ["u = p * 2"],
    file: { p: rgb, q: rgb },
    model: { p: undefined, u: cycled, q: rgb },
    codes: contradict,
  },
  {
    title: "the same behind a norm",
    lines: ["u = softmax(p * 2)"],
    file: { u: rgb, q: rgb },
    model: { u: undefined, p: cycled, q: rgb },
    codes: contradict,
  },
  {
    title: "an output of another layer in another order",
    lines: ["u = q * 2"],
    file: { p: rgb },
    model: { p: undefined, u: cycled },
  },
  {
    title: "what the file says of both outputs is the file's to answer for",
    lines: ["u = p * 2"],
    file: { p: rgb, u: cycled, q: rgb },
    model: { p: undefined, u: cycled, q: rgb },
  },
  {
    title: "other names",
    file: { p: rgb, q: cycled },
    model: { p: others, q: cycled },
    codes: ["weights/labels-differ"],
    frozen: [],
  },
];

suite("labels of a weight file under other names", (test) => {
  for (const { title, lines = [], file, model, codes = [], frozen = codes } of cases) {
    test(`${title}: ${codes.length === 0 ? "taken" : "refused"}`, async () => {
      const bytes = await fileOf(file);
      const graph = await modelOf(lines, model);
      assert.equal(codesOf(load(graph, bytes)), codes);
      assert.equal(codesOf(load(graph, bytes, undefined, true)), frozen, "as a frozen network");
    });
  }

  test("what is refused is said with all lists, and what to write works", async () => {
    const bytes = await fileOf({ p: rgb, q: cycled });
    const loaded = load(await modelOf(both, { u: cycled, v: undefined }), bytes);
    const [found] = loaded.kind === "refused" ? loaded.diagnostics : [];
    const text = `${found?.message} ${found?.help}`;
    for (const part of [
      "p [red, green, blue], q [green, blue, red]",
      "u [green, blue, red], v without labels",
      "output p, output q",
    ]) {
      assert.ok(text.includes(part), text);
    }
    assert.equal(codesOf(load(await modelOf([], { p: cycled, q: undefined }), bytes)), []);
  });

  test("the only list goes with the only output, and accents written apart are the same names", async () => {
    const composed = ["é", "b", "c"];
    const apart = composed.map((name) => name.normalize("NFD"));
    const graph = await modelOf(["u = p -> softmax"], { u: apart }, ["p"]);
    const open = await modelOf(["u = p -> softmax"], { u: undefined }, ["p"]);
    const bytes = bytesOf(graph, new Map([["lfer.labels.p", JSON.stringify(composed)]]));
    const loaded = load(open, bytes);
    assert.equal(loaded.kind === "loaded" ? [...loaded.labels] : loaded, [["u", composed]]);
    const two = await modelOf(both, { u: apart, v: apart });
    assert.equal(codesOf(load(two, await fileOf({ p: composed, q: apart }))), []);
  });

  test("a head that is dropped, or begins afresh, takes its labels with it", async () => {
    const bytes = await fileOf({ p: rgb, q: cycled });
    const one = await modelOf([], { p: cycled }, ["p"]);
    assert.equal(codesOf(load(one, bytes, "p ->\nq ->\n-> p\n")), [], "a new head");
    const kept = load(one, bytes, "q ->\n");
    assert.equal(codesOf(kept), [], "one of two");
    assert.equal(kept.kind === "loaded" ? kept.account?.turned : [], ["p"]);
    const renamed = await modelOf(["u = p -> softmax"], { u: cycled }, ["p"]);
    assert.equal(codesOf(load(renamed, bytes, "q ->\n")), unplaced, "one of two under another name");
    const fresh = "p ->\nq ->\n-> p\n-> q\n";
    const two = await modelOf(both, { u: others, v: others });
    assert.equal(codesOf(load(two, bytes, fresh)), [], "two new heads");
  });

  test("lists that are none, of outputs that are none, are refused; a frozen network tells all that its file says", async () => {
    const graph = await modelOf(both, { u: rgb, v: rgb });
    const bytes = bytesOf(graph, new Map([["lfer.labels.p", "7"]]));
    assert.equal(codesOf(load(graph, bytes)), ["weights/bad-labels"]);
    const told = load(graph, bytesOf(withLabels(graph, new Map())), undefined, true);
    assert.equal(told.kind === "loaded" ? [...told.labels.keys()] : told, ["u", "v"]);
  });
});
