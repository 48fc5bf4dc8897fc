// A million rows over a few files: each takes some bytes, not objects, and nothing grows with the epochs.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import * as assert from "uvu/assert";
import { type DataSet, hardTargets, type Sample } from "../../src/data/data-set.js";
import { PackedDigests } from "../../src/data/packed-digests.js";
import { PictureStore } from "../../src/data/picture-store.js";
import { epochDraws } from "../../src/data/sampling.js";
import { findTwins } from "../../src/data/twin-pictures.js";
import { suite } from "../support/suite.js";

setFlagsFromString("--expose-gc");
const collect: () => void = runInNewContext("gc");

/** Bytes in use after garbage collection. */
function used(): number {
  // A separate thread frees buffers: on a busy machine some time after the collection.
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 8; i++) {
    collect();
    const { heapUsed, external } = process.memoryUsage();
    least = Math.min(least, heapUsed + external);
  }
  return least;
}

const rows = 1_000_000;
const targets = hardTargets(7);
const samples: readonly Sample[] = Array.from({ length: rows }, (_, i) => ({
  key: `train/${i}.jpg`,
  label: i % 7,
  target: targets[i % 7]!,
}));

/** Few files: five contents. */
const digestOf = (row: number): string => String(row % 5);

suite("a million rows", (test) => {
  for (const sampler of ["shuffled", { power: 0.5 }] as const) {
    test(`an epoch's order takes eight bytes a row (${JSON.stringify(sampler)}), and the next one no more`, () => {
      const before = used();
      let draws = epochDraws(samples, sampler, 0, 0);
      draws = epochDraws(samples, sampler, 0, 1);
      assert.is(draws.length, rows);
      assert.ok(used() - before < 10 * rows, `${(used() - before) / rows} bytes a row`);
      assert.is(draws.slice(rows - 32, rows).length, 32);
    });
  }

  test("digests take sixteen bytes a row, and twins are found among them", () => {
    const before = used();
    const digests = new PackedDigests(rows);
    for (let row = 0; row < rows; row += 50_000) digests.set(row, digestOf(row / 50_000));
    assert.ok(used() - before < 17 * rows, `${(used() - before) / rows} bytes a row`);
    const contents = function* (from: number, to: number) {
      for (let row = from; row < to; row++) {
        const digest = digests.get(row);
        if (digest !== undefined) yield { key: samples[row]!.key, digest };
      }
    };
    const twins = findTwins(contents(950_000, rows), contents(0, 950_000));
    assert.equal(twins, [
      { left: ["train/950000.jpg"], right: ["train/200000.jpg", "train/450000.jpg", "train/700000.jpg"] },
    ]);
  });

  test("a first look keeps each content once, and for each row less than its name takes", async () => {
    const some = samples.slice(0, 100_000);
    const image = { width: 64, height: 64, pixels: new Uint8Array(64 * 64 * 3) };
    const read: DataSet["read"] = async ({ key }) => ({ image, digest: digestOf(Number(key.slice(6, -4))) });
    const store = new PictureStore({ read } as DataSet, { target: image, keepLarger: false, budgetBytes: 100_000 });
    const before = used();
    const looked = await store.inspect(some, { onProgress: () => {}, isStopped: () => false });
    const perRow = (used() - before - 100_000) / some.length;
    assert.ok(perRow < 100, `${perRow} bytes a row`);
    assert.equal(store.kept, { pictures: some.length, bytes: 5 * image.pixels.length, isAll: true });
    assert.is(looked.bad.size, 0);
  });
});
