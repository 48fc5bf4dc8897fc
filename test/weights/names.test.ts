import { readFileSync } from "node:fs";
import fc from "fast-check";
import * as assert from "uvu/assert";
import { textWidth } from "../../src/diagnostics/text-width.js";
import { loadWeights } from "../../src/weights/load-weights.js";
import { applyNameMap } from "../../src/weights/names/apply-map.js";
import { besideEachOther } from "../../src/weights/names/compare-names.js";
import { type NameMap, parseNameMap } from "../../src/weights/names/parse-map.js";
import { writeSafetensors } from "../../src/weights/safetensors.js";
import { growthOf } from "../support/growth.js";
import { suite } from "../support/suite.js";
import { graphOf } from "./slot-graph.js";

const mapOf = (text: string): NameMap => {
  const parsed = parseNameMap(text, "n.map");
  if (parsed.kind === "map") return parsed.map;
  throw new Error(parsed.diagnostics.map(({ message }) => message).join("\n"));
};

const apply = (text: string, tensors: readonly string[], slots: readonly string[]) =>
  applyNameMap(mapOf(text), tensors, slots);

const pairs = (text: string, tensors: readonly string[], slots: readonly string[]) =>
  Object.fromEntries(apply(text, tensors, slots).slotOf);

suite("name maps", (test) => {
  test("what follows the patterns stays; numbers are counted on; a star is whatever the model has there", () => {
    const text = `
# A remark.
conv1 -> stem.conv   # another one
layer{s}.{u} -> stage{s}.*_unit_{u+1}:
  conv{i} -> main.conv_{i}
  down.0  -> shortcut.conv
`;
    const tensors = [
      "conv1.weight",
      "layer2.0.conv1.weight",
      "layer2.1.conv1.weight",
      "layer2.0.down.0.bias",
      "fc.weight",
    ];
    const slots = [
      "stem.conv.weight",
      "stage2.basic_unit_1.main.conv_1.weight",
      "stage2.basic_unit_2.main.conv_1.weight",
      "stage2.basic_unit_1.shortcut.conv.bias",
      "fc.weight",
    ];
    assert.equal(pairs(text, tensors, slots), Object.fromEntries(tensors.map((tensor, i) => [tensor, slots[i]])));
  });

  test("lines that open a block share it, and the first rule counts that names something of the model", () => {
    const text = `
f.{k} -> a.{k-1}:
f.{k} -> b.{k-3}:
  x:y -> z
`;
    // "x:y" is a name like any other: only a colon at the end of a line opens a block.
    assert.equal(pairs(text, ["f.1.x:y.w", "f.3.x:y.w", "f.9.x:y.w"], ["a.0.z.w", "a.1.z.w", "b.0.z.w"]), {
      "f.1.x:y.w": "a.0.z.w",
      "f.3.x:y.w": "b.0.z.w",
    });
  });

  test("an empty side drops tensors, or lets weights begin afresh", () => {
    const { slotOf, dropped, fresh } = apply("fc ->\n-> head\n", ["fc.weight", "a"], ["head.weight", "head.bias", "a"]);
    assert.equal([[...slotOf], [...dropped], [...fresh]], [[["a", "a"]], ["fc.weight"], ["head.weight", "head.bias"]]);
  });

  test("inside a block an empty side still means what the block begins", () => {
    const { dropped, fresh } = apply("aux -> x:\n  fc ->\n  -> new\n", ["aux.fc.w"], ["x.new.w"]);
    assert.equal([[...dropped], [...fresh]], [["aux.fc.w"], ["x.new.w"]]);
  });

  test("two tensors for one weight, or two weights for one tensor, are said", () => {
    assert.equal(apply("a -> x\nb -> x", ["a", "b"], ["x"]).conflicts, [
      { kind: "clash", slot: "x", tensors: ["a", "b"] },
    ]);
    assert.equal(apply("\na -> *", ["a"], ["x", "y"]).conflicts, [
      { kind: "ambiguous", tensor: "a", slots: ["x", "y"], line: 2 },
    ]);
  });

  test("a hole stands for the same everywhere, and a number has no zeros before it", () => {
    assert.equal(pairs("{a}.{a} -> {a}", ["p.p", "p.q"], ["p", "q"]), { "p.p": "p" });
    assert.equal(pairs("c{a} -> d{a+1}", ["c7", "c07", "cx"], ["d8", "d08", "dx"]), { c7: "d8" });
    assert.equal(pairs("c{a}_{b}x -> {b}.{a}", ["c1_2x", "c1_2_3x"], ["2.1", "2_3.1"]), {
      c1_2x: "2.1",
      c1_2_3x: "2_3.1",
    });
  });

  test("of rules that begin alike the first one counts, text or pattern", () => {
    const slots = ["p.w", "q.w", "r.b.w"];
    assert.equal(pairs("a.b -> p\na.{x} -> q.{x}\na -> r", ["a.b.w"], slots), { "a.b.w": "p.w" });
    assert.equal(pairs("a -> r\na.b -> p", ["a.b.w"], slots), { "a.b.w": "r.b.w" });
    assert.equal(pairs("a.* -> q\na.b -> p", ["a.b.w"], slots), { "a.b.w": "q.w" });
  });

  test("line ends, indentation and empty lines are as they come", () => {
    assert.equal(
      pairs(
        "  a -> x\r\n\r\nb -> y:\r\n\tc -> z\r\n\r\n\td -> w # d\r\ne -> v",
        ["a", "b.c", "b.d", "e"],
        ["x", "y.z", "y.w", "v"],
      ),
      {
        a: "x",
        "b.c": "y.z",
        "b.d": "y.w",
        e: "v",
      },
    );
  });

  const wrong: readonly (readonly [text: string, words: string, start: number])[] = [
    ["a -> b\nc = d", "line 2: the line has no ->", 7],
    ["a -> b -> c", "more than one ->", 0],
    [" ->", "both sides of -> are empty", 1],
    ["a b -> c", "a space inside", 0],
    ["a..b -> c", "an empty part", 0],
    ["{a -> b", "a hole is written", 0],
    ["{A} -> b", "a hole is written", 0],
    ["{a}{b} -> {a}.{b}", "two holes are adjacent", 0],
    ["a -> {b}", "the right side has a hole", 0],
    ["{a} -> b", "the left side has a hole", 0],
    ["a -> b:\nc -> d", "needs indented lines", 0],
    ["a -> b:", "needs indented lines", 0],
    ["a -> b\n  c -> d", "ends without a colon", 9],
    [`${"a".repeat(1000)} -> b`, "1000 characters", 0],
    [`a -> b:\n${"  c -> d\n".repeat(10_001)}`, "10000 rules", 9 + 10_000 * 9 + 1],
  ];
  for (const [text, words, start] of wrong) {
    test(`says the line and the place: ${words}`, () => {
      const parsed = parseNameMap(text, "n.map");
      assert.is(parsed.kind, "refused");
      const [first] = parsed.kind === "refused" ? parsed.diagnostics : [];
      assert.is(first?.code, "weights/map-syntax");
      assert.ok(first!.message.includes(words), first!.message);
      assert.is(first!.span?.start, start);
    });
  }

  test("any text is a map or ends in diagnostics", () => {
    const word = fc.constantFrom("a", ".", "{x}", "{y+1}", "*", " -> ", ":", "\n", "\n  ", "#", "->");
    fc.assert(
      fc.property(fc.array(word, { maxLength: 30 }), (words) => {
        const parsed = parseNameMap(words.join(""), "n.map");
        if (parsed.kind === "refused") return parsed.diagnostics.length > 0;
        applyNameMap(parsed.map, ["a", "a.a", "aa.a"], ["a", "a.a", "b.a"]);
        return true;
      }),
      { numRuns: 1000 },
    );
  });
});

suite("docs/weights.md", (test) => {
  const blocks = [
    ...readFileSync(new URL("../../docs/weights.md", import.meta.url), "utf8").matchAll(/```text\n([^`]*)```/g),
  ];

  test("its maps are maps, and the last gives a ResNet a new head", () => {
    assert.is(blocks.length, 2);
    const [first = "", last = ""] = blocks.map(([, text]) => text);
    assert.is(mapOf(first).rules.length, 3);
    const { slotOf, dropped, fresh } = apply(
      last,
      ["layer2.1.conv2.weight", "layer3.0.downsample.1.bias", "bn1.weight", "fc.weight"],
      [
        "stage2.basic_unit_2.main.conv_2.weight",
        "stage3.bottleneck_unit_1.shortcut.batch_norm.bias",
        "conv1.batch_norm.weight",
        "fc.weight",
      ],
    );
    assert.equal([slotOf.size, [...dropped], [...fresh]], [3, ["fc.weight"], ["fc.weight"]]);
  });
});

suite("names of a weight file", (test) => {
  const graph = graphOf({ "conv.weight": [2, 3], "norm.weight": [2], "norm.bias": [2] });
  const bytesOf = (names: readonly [string, string, string]): Uint8Array => {
    const shapes = [[2, 3], [2], [2]];
    const tensors = names.map(
      (name, i) => [name, { shape: shapes[i]!, data: new Float32Array(i === 0 ? 6 : 2).fill(i + 1) }] as const,
    );
    return new Uint8Array(Buffer.concat(writeSafetensors(new Map(tensors))));
  };
  const load = (names: readonly [string, string, string], map?: string) =>
    loadWeights(graph, {
      kind: "file",
      file: "w",
      bytes: bytesOf(names),
      map: map === undefined ? undefined : mapOf(map),
    });
  const codes = (loaded: ReturnType<typeof load>) =>
    loaded.kind === "refused" ? loaded.diagnostics.map(({ code }) => code) : loaded.kind;

  test("a proposal is shown and not applied; given back as the map, it is", () => {
    const names = ["body.0.weight", "body.1.weight", "body.2.bias"] as const;
    const refused = load(names);
    assert.equal(codes(refused), ["weights/names-differ"]);
    const proposal = refused.kind === "refused" ? refused.proposal : undefined;
    assert.is(proposal, "body.0 -> conv\nbody.1 -> norm\nbody.2 -> norm");
    const loaded = load(names, proposal);
    assert.equal(loaded.kind === "loaded" ? [...(loaded.weights.get("norm.bias") ?? [])] : loaded, [3, 3]);
  });

  test("by auto it is applied; the model's own names and built-in maps come first", () => {
    const automatic = (names: readonly [string, string, string]) =>
      loadWeights(graph, { kind: "file", file: "w", bytes: bytesOf(names), map: "auto" });
    const guessed = automatic(["body.0.weight", "body.1.weight", "body.2.bias"]);
    assert.equal(guessed.kind === "loaded" ? [...(guessed.weights.get("norm.bias") ?? [])] : guessed, [3, 3]);
    assert.is(guessed.kind === "loaded" && guessed.account?.map, "auto");
    const own = automatic(["conv.weight", "norm.weight", "norm.bias"]);
    assert.is(own.kind === "loaded" && own.account?.map, undefined);
  });

  test("names of earlier versions are read, and maps that end in them", () => {
    const former = { "conv.weight": "old.conv.weight", "norm.bias": "old.bias" } as Readonly<Record<string, string>>;
    const renamed = { ...graph, slots: graph.slots.map((slot) => ({ ...slot, formerName: former[slot.name] })) };
    const loaded = (names: readonly [string, string, string], map?: string) => {
      const bytes = bytesOf(names);
      const found = loadWeights(renamed, { kind: "file", file: "w", bytes, map: map === undefined ? map : mapOf(map) });
      return found.kind === "loaded" ? [...found.weights].map(([name, [first]]) => [name, first]) : codes(found);
    };
    const now = loaded(["conv.weight", "norm.weight", "norm.bias"]);
    assert.is(now.length, 3);
    assert.equal(loaded(["old.conv.weight", "norm.weight", "old.bias"]), now);
    assert.equal(loaded(["a.weight", "norm.weight", "b.bias"], "a -> old.conv\nb -> old"), now);
    assert.equal(loaded(["old.conv.weight", "norm.weight", "norm.bias"]), ["weights/names-differ"]);
  });

  test("where nothing fits there is one error, and both lists side by side in 80 columns", () => {
    const refused = load(["a", `stage.${"deep.".repeat(30)}conv.weight`, "\u001b[31mred"]);
    assert.equal(codes(refused), ["weights/nothing-fits"]);
    if (refused.kind !== "refused") return;
    const [only] = refused.diagnostics;
    assert.match(only!.help, "name map");
    assert.match(only!.message, "3 tensors");
    const { comparison = "" } = refused;
    const lines = comparison.split("\n");
    assert.ok(lines.every((line) => textWidth(line) <= 80));
    assert.match(lines[0]!, /^in w +in the model M$/);
    // The file is written in the order of its names.
    assert.match(comparison, /^.+red \[2\] +conv \[2, 3\]$/m);
    assert.match(comparison, /^a \[2, 3\] +norm \[2\]$/m);
    assert.match(comparison, /^….*\.deep\.conv \[2\]$/m);
    assert.not.match(comparison, "\u001b");
  });

  test("long lists are cut, and the rest is counted", () => {
    const many = Array.from({ length: 40 }, (_, i) => ({ name: `layer${i}.weight`, shape: [i] }));
    const rows = besideEachOther({ title: "l", tensors: many }, { title: "r", tensors: many.slice(0, 2) }).split("\n");
    assert.is(rows.length, 14);
    assert.is(rows[13], "... and 28 more");
  });

  test("a user's map is the only one asked, and what it leaves out is said", () => {
    assert.equal(codes(load(["a.weight", "norm.weight", "norm.bias"], "b -> conv")), [
      "weights/missing-tensor",
      "weights/surplus-tensor",
    ]);
  });

  test("wrappers' prefixes go, unless the model has them itself", () => {
    const loaded = load(["module.model.conv.weight", "module.model.norm.weight", "module.model.norm.bias"]);
    assert.is(loaded.kind === "loaded" && loaded.account?.prefix, "module.model.");
    const own = graphOf({ "model.weight": [2] });
    const data = { shape: [2], data: new Float32Array(2) };
    const bytes = new Uint8Array(Buffer.concat(writeSafetensors(new Map([["model.weight", data]]))));
    const kept = loadWeights(own, { kind: "file", file: "w", bytes });
    assert.is(kept.kind === "loaded" && kept.account?.prefix, "");
    const names = ["model.a.weight", "model.norm.weight", "model.norm.bias"] as const;
    const rules = ["a -> conv", "model.a -> conv\nmodel -> norm\nmodel.norm -> norm"];
    for (const [i, prefix] of ["model.", ""].entries()) {
      const mapped = load(names, rules[i]);
      assert.is(mapped.kind === "loaded" && mapped.account?.prefix, prefix);
    }
  });

  test("a prefix that most names have goes, too; what is beside the model is said by its name", () => {
    const data = (shape: readonly number[]) => ({ shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)) });
    const inside = new Map([
      ["model.conv.weight", data([2, 3])],
      ["model.norm.weight", data([2])],
      ["model.norm.bias", data([2])],
    ]);
    const loadMap = (tensors: ReadonlyMap<string, ReturnType<typeof data>>) =>
      loadWeights(graph, {
        kind: "file",
        file: "w",
        bytes: new Uint8Array(Buffer.concat(writeSafetensors(tensors))),
      });
    const beside = loadMap(new Map([...inside, ["loss.scale", data([1])]]));
    assert.equal(codes(beside), ["weights/surplus-tensor"]);
    // Averages of PyTorch's AveragedModel, and the counters of its batch norms.
    const counted = loadMap(
      new Map([...inside, ["n_averaged", data([])], ["model.norm.num_batches_tracked", data([])]]),
    );
    assert.is(counted.kind === "loaded" && counted.account?.prefix, "model.");
    const twice = loadMap(new Map([...inside, ["norm.bias", data([2])]]));
    assert.is(twice.kind, "refused");
  });

  test("a name of nothing but prefixes costs no more than another", () => {
    const prefixes = (count: number): void => {
      const name = "module.".repeat(count);
      assert.equal(codes(load([name, `${name}a`, `${name}b`])), ["weights/nothing-fits"]);
    };
    // Removed one by one, sixteen times as many took more than two hundred times as long.
    assert.ok(growthOf(prefixes, { small: 2000, factor: 16 }) < 64);
  });

  test("what begins afresh is drawn from the seed, and told", () => {
    const loaded = load(["conv.weight", "norm.weight", "old.bias"], "old ->\n-> norm.bias");
    assert.equal(loaded.kind === "loaded" ? [...(loaded.weights.get("norm.bias") ?? [])] : loaded, [0, 0]);
    assert.equal(loaded.kind === "loaded" && [loaded.account?.dropped, loaded.account?.fresh], [1, ["norm.bias"]]);
  });
});
