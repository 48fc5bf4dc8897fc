import fc from "fast-check";
import * as assert from "uvu/assert";
import { applyNameMap } from "../../src/weights/names/apply-map.js";
import { pairTensors } from "../../src/weights/names/pair-tensors.js";
import { parseNameMap } from "../../src/weights/names/parse-map.js";
import { proposeMap } from "../../src/weights/names/propose-map.js";
import type { NamedShape } from "../../src/weights/names/shape-tree.js";
import { growthOf } from "../support/growth.js";
import { suite } from "../support/suite.js";

function pairs(text: string, tensors: readonly string[], slots: readonly string[]): Record<string, string> {
  const parsed = parseNameMap(text, "n.map");
  assert.is(parsed.kind, "map");
  return parsed.kind === "map" ? Object.fromEntries(applyNameMap(parsed.map, tensors, slots).slotOf) : {};
}

suite("proposed name maps", (test) => {
  const named = (names: readonly string[], shapes: readonly (readonly number[])[] = []) =>
    names.map((name, i) => ({ name, shape: shapes[i] ?? [i + 1] }));

  test("numbers that follow from each other make one rule", () => {
    const blocks = [0, 1, 2].flatMap((u) =>
      ["weight", "bias"].map((role) => [`f.${u}.0.${role}`, `unit_${u + 1}.conv.${role}`]),
    );
    const all = [...blocks, ["head.weight", "fc.weight"], ["scale", "scale"]] as const;
    const text = proposeMap(named(all.map(([left]) => left!)), named(all.map(([, right]) => right!)));
    assert.is(text, "f.{a}.0 -> unit_{a+1}.conv\nhead -> fc");
  });

  test("where a number follows from none, each of its values has a rule", () => {
    const left = ["f.2.w", "f.3.w", "f.4.w", "f.5.w", "f.6.w"];
    const right = ["s1.u1.w", "s1.u2.w", "s2.u1.w", "s2.u2.w", "s2.u3.w"];
    assert.is(proposeMap(named(left), named(right)), "f.{a} -> s1.u{a-1}\nf.{a} -> s2.u{a-3}");
  });

  test("none where order, shapes or roles say otherwise", () => {
    assert.is(proposeMap(named(["a"]), named(["b", "c"])), undefined);
    assert.is(proposeMap(named(["a"], [[2, 3]]), named(["b"], [[3, 2]])), undefined);
    assert.is(proposeMap(named(["a.bias"], [[4]]), named(["b.weight"], [[4]])), undefined);
    assert.is(proposeMap([], []), undefined);
    for (const name of ["::error::x", "a b", "a\u001b[31m", ""])
      assert.is(proposeMap(named([name]), named(["b"])), undefined);
  });

  test("a map of a rule for each of many layers is looked up, not read through", () => {
    const letters = (i: number): string => [...`${i}`].map((digit) => "abcdefghij"[Number(digit)]).join("");
    const propose = (count: number): void => {
      const left = Array.from({ length: count }, (_, i) => `body.${letters(i)}.weight`);
      const right = Array.from({ length: count }, (_, i) => `net.${letters((7 * i) % count)}x.weight`);
      assert.is(proposeMap(named(left), named(right))?.split("\n").length, count);
    };
    // Comparing them pairwise, eight times as many took sixty times as long.
    assert.ok(growthOf(propose, { small: 625, factor: 8 }) < 24);
  });

  test("whatever the names are, a proposal takes each tensor where it should go", () => {
    const name = fc
      .array(fc.constantFrom("a", "b", "a1", "b2", "1", "2", "conv_1", "x-y"), { minLength: 1, maxLength: 4 })
      .map((parts) => parts.join("."));
    const names = fc.uniqueArray(name, { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(names, names, (left, right) => {
        const count = Math.min(left.length, right.length);
        const [tensors, slots] = [left.slice(0, count), right.slice(0, count)];
        const text = proposeMap(named(tensors), named(slots));
        if (text === undefined) return true;
        const found = pairs(text, tensors, slots);
        return tensors.every((tensor, i) => found[tensor] === slots[i]);
      }),
      { numRuns: 500 },
    );
  });
});

/** A convolution without bias, and a batch norm, of these names. */
const conv = (name: string, shape: readonly number[]): readonly NamedShape[] => [{ name: `${name}.weight`, shape }];
const norm = (name: string, width: number): readonly NamedShape[] =>
  ["weight", "bias", "running_mean", "running_var"].map((role) => ({ name: `${name}.${role}`, shape: [width] }));

const sorted = (tensors: readonly NamedShape[]): readonly NamedShape[] =>
  [...tensors].sort((a, b) => (a.name < b.name ? -1 : 1));

/** What the tensors are paired with, by name. */
function paired(tensors: readonly NamedShape[], slots: readonly NamedShape[]): Record<string, string | undefined> {
  const places = pairTensors(tensors, slots);
  assert.ok(places);
  return Object.fromEntries(tensors.map(({ name }, i) => [name, slots[places![i]!]?.name]));
}

suite("pairs of tensors by structure", (test) => {
  /** Units of two equal convolutions and a shortcut of the same shape. */
  const theirs = [
    ...conv("conv1", [8, 3, 3, 3]),
    ...norm("bn1", 8),
    ...Array.from({ length: 12 }, (_, u) => [
      ...conv(`layer1.${u}.conv1`, [8, 8, 1, 1]),
      ...norm(`layer1.${u}.bn1`, 8),
      ...conv(`layer1.${u}.conv2`, [8, 8, 1, 1]),
      ...norm(`layer1.${u}.bn2`, 8),
      ...conv(`layer1.${u}.downsample.0`, [8, 8, 1, 1]),
      ...norm(`layer1.${u}.downsample.1`, 8),
    ]).flat(),
  ];
  const ours = (order: readonly ("main" | "shortcut")[]) => [
    ...conv("stem.conv", [8, 3, 3, 3]),
    ...norm("stem.batch_norm", 8),
    ...Array.from({ length: 12 }, (_, u) =>
      order.map((branch) =>
        branch === "main"
          ? [
              ...conv(`stage.unit_${u + 1}.main.conv_1`, [8, 8, 1, 1]),
              ...norm(`stage.unit_${u + 1}.main.batch_norm_1`, 8),
              ...conv(`stage.unit_${u + 1}.main.conv_2`, [8, 8, 1, 1]),
              ...norm(`stage.unit_${u + 1}.main.batch_norm_2`, 8),
            ]
          : [
              ...conv(`stage.unit_${u + 1}.shortcut.conv`, [8, 8, 1, 1]),
              ...norm(`stage.unit_${u + 1}.shortcut.batch_norm`, 8),
            ],
      ),
    ).flat(2),
  ];
  const truth = (name: string): string =>
    name
      .replace(/^conv1/, "stem.conv")
      .replace(/^bn1/, "stem.batch_norm")
      .replace(/^layer1.([0-9]+)/, (_, u: string) => `stage.unit_${Number(u) + 1}`)
      .replace("downsample.0", "shortcut.conv")
      .replace("downsample.1", "shortcut.batch_norm")
      .replace(/\.conv([12])/, ".main.conv_$1")
      .replace(/\.bn([12])/, ".main.batch_norm_$1");
  const expected = Object.fromEntries(theirs.map(({ name }) => [name, truth(name)]));

  test("safetensors files are sorted by name: numbers count as numbers, and branches go where they fit", () => {
    assert.equal(paired(sorted(theirs), ours(["main", "shortcut"])), expected);
  });

  test("branches may stand in another order on the other side, in a file of either order", () => {
    assert.equal(paired(sorted(theirs), ours(["shortcut", "main"])), expected);
    assert.equal(paired(theirs, ours(["shortcut", "main"])), expected);
  });

  test("an order by name is not taken for that of the layers, even if shapes agree", () => {
    const tensors = ["f.0.w", "f.1.w", "f.10.w", "f.2.w"].map((name) => ({ name, shape: [4] }));
    const slots = ["a.w", "b.w", "c.w", "d.w"].map((name) => ({ name, shape: [4] }));
    assert.equal(paired(tensors, slots), { "f.0.w": "a.w", "f.1.w": "b.w", "f.2.w": "c.w", "f.10.w": "d.w" });
  });

  test("free tensors stand where each library likes: above the layers of a module or below", () => {
    const free = (name: string): NamedShape => ({ name, shape: [8, 1, 1] });
    const tensors = [0, 1].flatMap((u) => [free(`blocks.${u}.gamma`), ...conv(`blocks.${u}.dw`, [8, 1, 7, 7])]);
    const slots = [1, 2].flatMap((u) => [...conv(`unit_${u}.y`, [8, 1, 7, 7]), free(`unit_${u}.layer_scale`)]);
    const wanted = {
      "blocks.0.gamma": "unit_1.layer_scale",
      "blocks.0.dw.weight": "unit_1.y.weight",
      "blocks.1.gamma": "unit_2.layer_scale",
      "blocks.1.dw.weight": "unit_2.y.weight",
    };
    assert.equal(paired(tensors, slots), wanted);
    assert.equal(paired(sorted(tensors), slots), wanted);
  });

  test("convolutions in one list and norms in another are layers that alternate", () => {
    const tensors = sorted([0, 1, 2].flatMap((u) => [...conv(`convs.${u}`, [8, 8, 3, 3]), ...norm(`bns.${u}`, 8)]));
    const slots = [1, 2, 3].flatMap((u) => [...conv(`chain.conv_${u}`, [8, 8, 3, 3]), ...norm(`chain.norm_${u}`, 8)]);
    const found = paired(tensors, slots);
    assert.is(found["convs.1.weight"], "chain.conv_2.weight");
    assert.is(found["bns.2.running_var"], "chain.norm_3.running_var");
  });

  test("a weight is no bias, and one shape more or less is no pairing", () => {
    assert.is(pairTensors([{ name: "a.bias", shape: [4] }], [{ name: "b.weight", shape: [4] }]), undefined);
    assert.is(pairTensors(sorted(theirs), ours(["main", "shortcut"]).slice(1)), undefined);
    assert.is(pairTensors(sorted(theirs), [...ours(["main", "shortcut"]).slice(1), ...conv("x", [9, 9])]), undefined);
  });

  test("whatever the order of branches and layers, each tensor gets a place of its own, shape and role", () => {
    const kinds = fc.constantFrom(...["weight", "bias", "scale"].flatMap((role) => [`${role} 2`, `${role} 3`]));
    const name = fc.array(fc.constantFrom("a", "b", "1", "2", "10"), { minLength: 1, maxLength: 3 });
    const list = fc.uniqueArray(fc.tuple(name, kinds), {
      minLength: 1,
      maxLength: 14,
      selector: ([parts, kind]) => `${parts.join(".")}.${kind.split(" ")[0]}`,
    });
    const namedShape = ([parts, kind]: [string[], string]): NamedShape => {
      const [role = "", size = ""] = kind.split(" ");
      return { name: `${parts.join(".")}.${role}`, shape: [Number(size)] };
    };
    fc.assert(
      fc.property(list, fc.infiniteStream(fc.nat(1000)), (made, random) => {
        const tensors = sorted(made.map(namedShape));
        const slots = tensors
          .map(({ shape, name }) => ({
            name: `m.${name.split(".").reverse().slice(1).join("_")}.${name.split(".").at(-1)}`,
            shape,
          }))
          .map((slot) => ({ slot, key: random.next().value as number }))
          .sort((a, b) => a.key - b.key)
          .map(({ slot }) => slot);
        const places = pairTensors(tensors, slots);
        if (places === undefined) return false;
        const role = (name: string | undefined) => name?.split(".").at(-1);
        return (
          new Set(places).size === tensors.length &&
          tensors.every(
            ({ name, shape }, i) =>
              slots[places[i]!]?.shape.join() === shape.join() && role(slots[places[i]!]?.name) === role(name),
          )
        );
      }),
      { numRuns: 300 },
    );
  });

  test("a hostile tree ends, with a pairing or without", () => {
    const depth = 12;
    // Every branch of a level holds the same kinds, in an order that the last tensor only shows to be wrong.
    const names = Array.from({ length: 2 ** depth }, (_, i) => [...i.toString(2).padStart(depth, "0")].join("x."));
    const tensors = names.map((name, i) => ({ name: `${name}.w`, shape: [1 + ((i * 7) % 3)] }));
    const slots = [...tensors].reverse().map(({ shape }, i) => ({ name: `s.${(i * 31) % 4096}`, shape }));
    const before = process.cpuUsage().user;
    pairTensors(tensors, slots);
    assert.ok(process.cpuUsage().user - before < 20e6);
  });
});
