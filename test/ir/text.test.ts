import fc from "fast-check";
import * as assert from "uvu/assert";
import type { AttributeValue, Graph, Initializer, Node } from "../../src/ir/graph.js";
import { parseGraph } from "../../src/ir/parse-text.js";
import { type Dim, dtypes, type TensorType } from "../../src/ir/shape.js";
import { printGraph } from "../../src/ir/text.js";
import { readGraph } from "../../src/ops/read-graph.js";
import { findFaults } from "../../src/ops/verify-types.js";
import { cases } from "../ops/cases.js";
import { singleOpGraph } from "../ops/single-op.js";
import { smallNetwork } from "../ops/small-network.js";
import { suite } from "../support/suite.js";

/** Ignores spans, and distinguishes -0 from 0, which deep equality does not. */
function plain(graph: Graph): unknown {
  return JSON.parse(
    JSON.stringify(graph, (key, value: unknown) => {
      if (key === "span") return undefined;
      if (typeof value !== "number") return value;
      return Object.is(value, -0) || !Number.isFinite(value) ? `number ${Object.is(value, -0) ? "-0" : value}` : value;
    }),
  );
}

function parsed(text: string): Graph {
  const graph = parseGraph(text);
  if (!("nodes" in graph)) throw new Error(graph.map(({ message }) => message).join("\n"));
  return graph;
}

const number = fc.oneof(fc.double(), fc.integer(), fc.constantFrom(0.1, -0, 1e21, 5e-324, 1.7976931348623157e308));
const name = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom("input", "inf", "a.b_1", "__proto__", "N", "true"),
);
const dim: fc.Arbitrary<Dim> = fc.oneof(
  fc.integer({ min: 1, max: 4096 }),
  fc.integer({ min: 1, max: 9 }).map((batch) => ({ batch })),
);
const type: fc.Arbitrary<TensorType> = fc.record({
  dtype: fc.constantFrom(...dtypes),
  shape: fc.array(dim, { maxLength: 4 }),
});
const attribute: fc.Arbitrary<AttributeValue> = fc.oneof(
  number,
  fc.boolean(),
  fc.string({ unit: "binary" }),
  fc.array(number),
);
const initializer: fc.Arbitrary<Initializer> = fc.oneof(
  number.map((value) => ({ kind: "constant", value }) as const),
  fc.tuple(number, number).map(([low, high]) => ({ kind: "uniform", low, high }) as const),
  fc.tuple(number, number).map(([mean, std]) => ({ kind: "normal", mean, std }) as const),
);

/** Any graph whose values are made once and before their use, even if it makes no sense. */
const wildGraph: fc.Arbitrary<Graph> = fc
  .record({
    name,
    inputs: fc.array(
      fc.record({
        name,
        type,
        picture: fc.option(fc.tuple(fc.array(number), fc.array(number))),
        keep: fc.option(number),
      }),
    ),
    slots: fc.array(
      fc.record({
        name,
        type,
        initializer,
        role: fc.constantFrom("parameter", "statistic", "optimizer"),
        keeps: fc.boolean(),
      }),
    ),
    nodes: fc.array(
      fc.record({
        op: name,
        path: name,
        attributes: fc.dictionary(name, attribute),
        picks: fc.array(fc.nat()),
        results: fc.array(type, { minLength: 1, maxLength: 3 }),
      }),
    ),
    outputs: fc.array(fc.record({ name, pick: fc.nat(), labels: fc.option(fc.array(name)) })),
  })
  .map((wild): Graph => {
    const types: TensorType[] = [];
    const make = (made: TensorType): number => types.push(made) - 1;
    const inputs = wild.inputs.map(({ name, type, picture, keep }) => {
      const drawn = keep === null ? {} : { mask: { keep } };
      const input = { name, value: make(type), ...drawn };
      return picture ? { ...input, picture: { mean: picture[0], std: picture[1] } } : input;
    });
    const slots = wild.slots.map(({ type, keeps, ...slot }) => {
      const value = make(type);
      return keeps ? { ...slot, value, next: value } : { ...slot, value };
    });
    const nodes = wild.nodes.map(({ picks, results, ...node }): Node => {
      const taken = types.length === 0 ? [] : picks.map((pick) => pick % types.length);
      return { ...node, inputs: taken, outputs: results.map(make) };
    });
    const outputs = types.length === 0 ? [] : wild.outputs;
    const named = outputs.map(({ name, pick, labels }) => {
      const output = { name, value: pick % types.length };
      return labels ? { ...output, labels } : output;
    });
    return { name: wild.name, inputs, slots, nodes, outputs: named, types };
  });

suite("ir: text form", (test) => {
  test("reads like this", () => {
    const lines = printGraph(smallNetwork()).split("\n");
    assert.equal(lines.slice(0, 6), [
      "lfer_graph 1",
      "graph Small",
      "input %0 image: float32[N, 3, 32, 32]",
      "slot %1 stem.conv.weight: float32[8, 3, 3, 3] parameter uniform(-0.19245008972987526, 0.19245008972987526)",
      "%2 = conv2d(%0, %1) {channels: 8, kernel: [3, 3], stride: [2, 2], padding: [1, 1, 1, 1], dilation: [1, 1], bias: false, groups: 1} -> float32[N, 8, 16, 16] at stem.conv",
      "slot %3 stem.batch_norm.weight: float32[8] parameter constant(1)",
    ]);
    assert.equal(lines.slice(-2), [`output logits = %${smallNetwork().types.length - 1}`, ""]);
  });

  test("every op's graph reads back equal and sound", () => {
    for (const graph of [smallNetwork(), ...cases.map(singleOpGraph)]) {
      const back = readGraph(printGraph(graph));
      assert.ok("nodes" in back);
      assert.equal(plain(back as Graph), plain(graph));
    }
  });

  test("property: whatever the names and numbers, parse(print(graph)) is the graph", () => {
    fc.assert(
      fc.property(wildGraph, (graph) => {
        assert.equal(plain(parsed(printGraph(graph))), plain(graph));
      }),
      { numRuns: 200 },
    );
  });

  test("spans of what was read point at its line", () => {
    const text = printGraph(smallNetwork());
    const { span } = parsed(text).nodes[0] as Node;
    assert.match(text.slice(span?.start, span?.end), /^%2 = conv2d\(.* at stem\.conv$/);
  });
});

suite("ir: hostile text", (test) => {
  const good = printGraph(smallNetwork());
  const codes = (text: string): readonly string[] => {
    const found = readGraph(text);
    return "nodes" in found ? [] : found.map(({ code }) => code);
  };

  test("each mistake is one diagnostic at its place, and the other lines are still read", () => {
    const text = good.replace("float32[8, 3, 3, 3]", "float33[8, 3, 3, 3]").replace("mish(", "mish<");
    const found = readGraph(text);
    assert.ok(!("nodes" in found));
    const spots = (found as readonly { code: string; span?: { start: number; end: number } }[]).map(
      ({ code, span }) => [code, text.slice(span?.start, span?.end)],
    );
    assert.equal(spots, [
      ["graph/unreadable-line", "float33"],
      ["graph/unreadable-line", "<"],
    ]);
  });

  test("another version is refused by name", () => {
    assert.equal(codes(good.replace("lfer_graph 1", "lfer_graph 2")), ["graph/unknown-version"]);
    assert.equal(codes(""), ["graph/unknown-version"]);
    assert.equal(codes("PK\u0003\u0004"), ["graph/unknown-version"]);
  });

  test("numbers too large, names hard to bear", () => {
    assert.equal(codes(good.replace("%2 = conv2d", "%99999999999999999999 = conv2d")), ["graph/unreadable-line"]);
    assert.equal(codes(good.replaceAll("%2 ", "%999999999 ")), ["graph/value-not-made"]);
    assert.equal(codes(good.replace("{kernel", "{__proto__: 1, kernel")), ["graph/wrong-attribute"]);
    assert.equal(codes(good.replace("= relu(", "= constructor(")), ["graph/unknown-op"]);
  });

  test("property: any edit ends in a sound graph or in diagnostics", () => {
    const edit = fc.record({
      at: fc.nat(good.length - 1),
      drop: fc.nat(12),
      put: fc.oneof(
        fc.string({ maxLength: 8 }),
        fc.constantFrom("-1", "0", "1e308", "%0", "N", "inf", "[]", "\n", '"', "bool"),
      ),
    });
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 3 }), (edits) => {
        let text = good;
        for (const { at, drop, put } of edits) text = text.slice(0, at) + put + text.slice(at + drop);
        const found = readGraph(text);
        if ("nodes" in found) assert.is(findFaults(found).length, 0);
        else assert.ok(found.length > 0 && found.every(({ span }) => span !== undefined));
      }),
      { numRuns: 400 },
    );
  });

  test("property: any text at all", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (rest) => {
        const found = readGraph(`lfer_graph 1\ngraph G\n${rest}`);
        assert.ok("nodes" in found || found.length > 0);
      }),
      { numRuns: 200 },
    );
  });
});
