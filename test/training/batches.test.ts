// Batches are identical in every thread and however far ahead they are made; unreadable pictures are reported.
import { rmSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { augmenterOf } from "../../src/data/augment/from-recipe.js";
import type { DataSet } from "../../src/data/data-set.js";
import { type Crew, isWorthCrew, startCrew, usualCrewSize } from "../../src/data/loader/crew.js";
import { PictureStore } from "../../src/data/picture-store.js";
import { encodePng } from "../../src/data/png.js";
import { epochDraws } from "../../src/data/sampling.js";
import { type Diagnostic, isProblem, type Problem } from "../../src/diagnostics/diagnostic.js";
import { usesAllCores } from "../../src/engines/engine.js";
import { BatchMaker, type BatchSource } from "../../src/training/batches.js";
import { lostPictures, mostBroken } from "../../src/training/lost-pictures.js";
import type { TrainingPlan } from "../../src/training/plan.js";
import { formulaPicture } from "../data/formula-picture.js";
import { opened, openLayout } from "../data/open-layout.js";
import { inFolder } from "../support/lferc.js";
import { suite } from "../support/suite.js";
import { smallPlan } from "./small-course.js";

const classes = ["surprise", "happy", "neutral"];
const files = Object.fromEntries(
  Array.from({ length: 30 }, (_, i) => [`d/train/${classes[i % 3]}/${i}.png`, encodePng(formulaPicture(14 + i, 20))]),
);
const held = Object.fromEntries(
  Array.from({ length: 9 }, (_, i) => [`d/val/${classes[i % 3]}/${i}.png`, encodePng(formulaPicture(60 + i, 9))]),
);

const augment =
  "[horizontal_flip(0.5), random_crop(padding: 3), color_jitter(brightness: 0.4), random_erasing(0.5), mixup(p: 0.6)]";

function found<T>(value: T | Problem): T {
  if (isProblem(value)) throw new Error(value.diagnose({}).message);
  return value;
}

const openedIn = async (cwd: string, { labels }: TrainingPlan): Promise<DataSet> =>
  opened(await openLayout("folder", join(cwd, "d"), { labels }));

/** A source over that data set, of which this many bytes stay in memory. */
async function sourceOf(set: DataSet, plan: TrainingPlan, budgetBytes: number, crew?: Crew): Promise<BatchSource> {
  const augmenter = found(augmenterOf(plan.augment, plan.picture, plan.seed));
  const store = new PictureStore(set, { target: plan.picture, keepLarger: augmenter.takesParts, budgetBytes });
  const all = [...set.training, ...set.heldOut];
  await store.inspect(all, { onProgress: () => {}, isStopped: () => false, crew });
  return { store, picture: plan.picture, classCount: 3, augmenter, teacher: undefined, crew };
}

const settingOf = ({ augment: things, picture, seed }: TrainingPlan) => ({
  augment: things,
  target: picture,
  keepLarger: false,
  seed,
});

/** All numbers of an epoch and of an evaluation, in one list. */
async function numbersOf(maker: BatchMaker, set: DataSet): Promise<readonly number[][]> {
  const all: number[][] = [];
  for await (const batch of maker.augmented(epochDraws(set.training, { power: 0 }, 5, 2), 8, 2)) {
    for (const values of found(batch).inputs.values()) all.push([...values]);
  }
  for await (const batches of maker.viewed(set.heldOut, 4, ["as it is", "mirrored"])) {
    for (const { inputs } of found(batches)) for (const values of inputs.values()) all.push([...values]);
  }
  return all;
}

suite("batches", (test) => {
  for (const [title, budget] of [
    ["in memory", 1e9],
    ["partly read again", 5 * 16 * 16 * 3],
  ] as const) {
    test(`pictures ${title}: bit for bit the same, whether no thread, one or three make them`, () =>
      inFolder({ ...files, ...held }, async (cwd) => {
        const plan = await smallPlan({ augment });
        const set = await openedIn(cwd, plan);
        const plain = await numbersOf(new BatchMaker(await sourceOf(set, plan, budget)), set);
        assert.is(plain.length, (4 + 3 * 2) * 2);
        for (const size of [1, 3]) {
          const crew = startCrew(settingOf(plan), size);
          try {
            assert.equal(await numbersOf(new BatchMaker(await sourceOf(set, plan, budget, crew)), set), plain);
          } finally {
            await crew.dispose();
          }
        }
      }));
  }

  test("made together between the steps, in parts: bit for bit the same, mixed batches whole", () =>
    inFolder({ ...files, ...held }, async (cwd) => {
      const plan = await smallPlan({ augment: augment.replace("0.6", "0.3") });
      const set = await openedIn(cwd, plan);
      const plain = await numbersOf(new BatchMaker(await sourceOf(set, plan, 1e9)), set);
      const crew = startCrew(settingOf(plan), 2);
      const sizes: number[] = [];
      const counted: Crew = {
        ...crew,
        make: (order) => {
          sizes.push(order.pictures.length);
          return crew.make(order);
        },
      };
      try {
        const source = { ...(await sourceOf(set, plan, 1e9, counted)), stepsUseAllCores: true };
        for (let round = 0; round < 2; round++) assert.equal(await numbersOf(new BatchMaker(source), set), plain);
        // Some of the epoch's batches of 8, 8, 8 and 6 are mixed; the threads get two thirds of each other one. Evaluation uses 4, 4 and 1.
        assert.ok(sizes.includes(8) || sizes.includes(6), "no mixed batch");
        assert.ok(sizes.includes(3), "no third of a batch of 8");
        // If only part is in memory, or a core is free, batches are made whole, ahead.
        for (const other of [{ stepsUseAllCores: false }, { store: (await sourceOf(set, plan, 800, crew)).store }]) {
          sizes.length = 0;
          assert.equal(await numbersOf(new BatchMaker({ ...source, ...other }), set), plain);
          assert.equal(
            sizes.toSorted((a, b) => b - a),
            [8, 8, 8, 6, 4, 4, 1],
          );
        }
      } finally {
        await crew.dispose();
      }
    }));

  test("all cores are used by steps on the processor that have a thread for each", () => {
    const cpu = { runsOnProcessor: true };
    assert.is(usesAllCores(cpu, undefined, 4), true);
    assert.is(usesAllCores(cpu, 4, 4), true);
    assert.is(usesAllCores(cpu, 3, 4), false);
    assert.is(usesAllCores({ ...cpu, fixedThreads: 1 }, 4, 4), false);
    assert.is(usesAllCores({ runsOnProcessor: false }, 4, 4), false);
  });

  test("a set whose pictures only it can read is read by the main thread, to the same numbers", () =>
    inFolder({ ...files, ...held }, async (cwd) => {
      const plan = await smallPlan({ augment });
      const { place: _, ...set } = await openedIn(cwd, plan);
      const crew = startCrew(settingOf(plan), 1);
      try {
        const plain = await numbersOf(new BatchMaker(await sourceOf(set, plan, 0)), set);
        assert.equal(await numbersOf(new BatchMaker(await sourceOf(set, plan, 0, crew)), set), plain);
      } finally {
        await crew.dispose();
      }
    }));

  test("where threads are lost the main one goes on, to the same numbers", () =>
    inFolder({ ...files, ...held }, async (cwd) => {
      const plan = await smallPlan({ augment });
      const set = await openedIn(cwd, plan);
      const dying = new URL("data:text/javascript,throw new Error('no memory is left')");
      const told: Diagnostic[] = [];
      const crew = startCrew(settingOf(plan), 2, { program: dying, onLost: (warning) => told.push(warning) });
      const source = await sourceOf(set, plan, 1e9, crew);
      const plain = await numbersOf(new BatchMaker(await sourceOf(set, plan, 1e9)), set);
      assert.equal(await numbersOf(new BatchMaker(source), set), plain);
      assert.equal(
        told.map(({ code, severity }) => [code, severity]),
        Array(2).fill(["data/loader-lost", "warning"]),
      );
      assert.match(told[0]?.message ?? "", "no memory is left");
      await crew.dispose();
    }));

  test("a mistake of ours in a thread is one here, with the place where it was made", async () => {
    const plan = await smallPlan();
    const crew = startCrew(settingOf(plan), 1);
    const order = {
      // Such a picture is impossible: it has too few pixels.
      pictures: [{ key: "a", label: 0, repeat: 0, picture: { width: 9, height: 9, pixels: undefined as never } }],
      sights: [{ epoch: 0, step: 0 }],
      targets: new Float32Array(3),
      isFilled: true,
      wantsImages: false,
      rooms: [],
    };
    try {
      await crew.make(order);
      assert.unreachable();
    } catch (error) {
      assert.instance(error, Error);
      assert.match((error as Error).stack ?? "", /resize/);
    } finally {
      await crew.dispose();
    }
  });

  test("a picture that is gone in a later epoch is made up for, told once, and not judged", () =>
    inFolder({ ...files, ...held }, async (cwd) => {
      const plan = await smallPlan();
      const set = await openedIn(cwd, plan);
      const source = await sourceOf(set, plan, 0);
      const [gone, unjudged] = [set.training[4]!, set.heldOut[2]!];
      for (const { key } of [gone, unjudged]) rmSync(join(cwd, "d", key));
      const told: Diagnostic[] = [];
      const losses = { data: "faces", pictures: 39, share: 0.05, broken: 0 };
      const maker = new BatchMaker({ ...source, lost: lostPictures(losses, (warning) => told.push(warning)) });
      for (const epoch of [0, 1]) {
        const keys: string[] = [];
        for await (const batch of maker.augmented(epochDraws(set.training, "shuffled", 0, epoch), 10, epoch)) {
          const { count, samples, inputs } = found(batch);
          assert.is(count, 10);
          assert.is(inputs.get("data.label")?.length, 30);
          keys.push(...samples.map(({ key }) => key));
        }
        assert.is(keys.length, 30);
        assert.is(new Set(keys).size, 29);
        assert.not.ok(keys.includes(gone.key));
      }
      const judged: string[] = [];
      for await (const batches of maker.viewed(set.heldOut, 4, ["as it is", "mirrored"])) {
        for (const { samples } of found(batches)) judged.push(...samples.map(({ key }) => key));
      }
      assert.is(judged.length, 16);
      assert.not.ok(judged.includes(unjudged.key));
      assert.equal(
        told.map(({ code }) => code),
        ["data/picture-lost", "data/picture-lost"],
      );
      assert.match(told[0]?.message ?? "", gone.key);
    }));

  test("more lost pictures than may be broken end the run, and say so", () =>
    inFolder({ ...files, ...held }, async (cwd) => {
      const plan = await smallPlan();
      const set = await openedIn(cwd, plan);
      const source = await sourceOf(set, plan, 0);
      for (const { key } of set.training.slice(0, 3)) rmSync(join(cwd, "d", key));
      const lost = lostPictures({ data: "faces", pictures: 39, share: 0.05, broken: 0 }, () => {});
      const ends: string[] = [];
      for await (const batch of new BatchMaker({ ...source, lost }).augmented(
        epochDraws(set.training, "shuffled", 0, 0),
        10,
        0,
      )) {
        if (isProblem(batch)) ends.push(batch.diagnose({}).message);
      }
      assert.equal(ends, ["faces: 3 of 39 pictures cannot be read, more than the 2 that may be broken (5 %)"]);
    }));

  test("one picture may always be broken, unless none may", () => {
    assert.equal(
      [mostBroken(0.05, 10), mostBroken(0.05, 100), mostBroken(0.05, 101), mostBroken(0, 100)],
      [1, 5, 6, 0],
    );
  });

  test("threads are started for as many pictures as are worth it, by half of the cores", () => {
    assert.equal([1, 2, 4, 16, 64].map(usualCrewSize), [1, 1, 2, 8, 8]);
    assert.not.ok(isWorthCrew(700, { width: 48, height: 48 }));
    assert.ok(isWorthCrew(4195, { width: 112, height: 112 }));
  });
});
