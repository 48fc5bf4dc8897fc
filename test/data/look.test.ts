import * as assert from "uvu/assert";
import { type ManifestEntry, manifestDifference, manifestText, readManifest } from "../../src/data/look/manifest.js";
import { type Digested, sameBytes } from "../../src/data/look/same-bytes.js";
import { sheetSvg } from "../../src/data/look/sheet.js";
import { suite } from "../support/suite.js";

const entry = (path: string, more: Partial<ManifestEntry> = {}): ManifestEntry => ({
  path,
  label: "happy",
  split: "train",
  digest: "d0",
  width: 8,
  height: 9,
  ...more,
});

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

suite("the manifest of a data set", (test) => {
  test("reads back as it was written, as JSON and as CSV", () => {
    const entries = [entry("a,b.png"), entry('"c"\n.png', { width: null, height: null, digest: "" })];
    for (const form of ["json", "csv"] as const) {
      assert.equal(readManifest(bytes(manifestText(entries, form)), form), entries);
    }
    assert.equal(readManifest(bytes(manifestText([], "json")), "json"), []);
  });

  test("what is none is refused in words, not taken for an empty one", () => {
    for (const text of [
      "",
      "[]",
      "null",
      "{}",
      '{"schemaVersion":2,"pictures":[]}',
      '{"schemaVersion":1,"pictures":{}}',
      '{"schemaVersion":1,"pictures":[{}]}',
      `{"schemaVersion":1,"pictures":[${JSON.stringify({ ...entry("a"), width: "8" })}]}`,
      "[".repeat(100),
    ]) {
      assert.type(readManifest(bytes(text), "json"), "string", text);
    }
    for (const text of [
      "",
      "path,label\n",
      'path,label,split,digest,width,height\n"',
      "path,label,split,digest,width,height\na,b,c,d,x,1\n",
    ]) {
      assert.type(readManifest(bytes(text), "csv"), "string", text);
    }
    assert.type(readManifest(Uint8Array.of(0xff), "json"), "string");
  });

  test("each way to differ is told by the paths, and the same data differ in none", () => {
    const before = [entry("a"), entry("b"), entry("c"), entry("d"), entry("e")];
    assert.is(manifestDifference(before, before.toReversed()), undefined);
    const now = [
      entry("a"),
      entry("b", { digest: "d1" }),
      entry("c", { label: "sad" }),
      entry("d", { split: "test" }),
      entry("f"),
    ];
    assert.equal(manifestDifference(before, now), {
      missing: ["e"],
      added: ["f"],
      changed: ["b"],
      moved: ["c", "d"],
    });
  });
});

suite("pictures of the same bytes", (test) => {
  test("are told apart by whether a split, or a class, parts them", () => {
    const of = (path: string, split: string, label: string, digest: string): Digested => ({
      path,
      split,
      label,
      digest,
    });
    const pictures = [
      of("1", "train", "a", "x"),
      of("2", "train", "a", "x"),
      of("3", "train", "a", "y"),
      of("4", "test", "b", "y"),
      of("5", "test", "b", "z"),
    ];
    const paths = (groups: readonly (readonly Digested[])[]) => groups.map((group) => group.map(({ path }) => path));
    const { acrossSplits, withinSplit, twoLabels } = sameBytes(pictures);
    assert.equal(
      [paths(acrossSplits), paths(withinSplit), paths(twoLabels)],
      [[["3", "4"]], [["1", "2"]], [["3", "4"]]],
    );
  });
});

suite("a sheet of pictures", (test) => {
  test("nothing in a name of a class or a file gets out of its text", () => {
    const thumbnail = { width: 1, height: 1, pixels: new Uint8Array(3) };
    const hostile = '</text><script>"&';
    const svg = sheetSvg(hostile, [{ label: hostile, count: 1, pictures: [{ path: hostile, thumbnail }] }]);
    assert.not.match(svg, /<script|<\/text><s/);
    assert.is(svg.match(/&lt;script&gt;/g)?.length, 3);
  });
});
