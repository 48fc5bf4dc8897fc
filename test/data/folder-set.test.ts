import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { assemble, plainWishes } from "../../src/data/assemble.js";
import type { DataSet } from "../../src/data/data-set.js";
import { loadDecoder } from "../../src/data/decode.js";
import { folderRows } from "../../src/data/folder-set.js";
import { PictureStore } from "../../src/data/picture-store.js";
import { encodePng } from "../../src/data/png.js";
import type { Refused } from "../../src/data/rows.js";
import { isProblem, type Problem } from "../../src/diagnostics/diagnostic.js";
import { inFolder } from "../support/lferc.js";
import { suite } from "../support/suite.js";
import { formulaPicture } from "./formula-picture.js";

const png = encodePng(formulaPicture(6, 4));
const labels = ["happiness", "sadness", "neutral"];

async function decoder() {
  const decode = await loadDecoder();
  if (isProblem(decode)) throw new Error("sharp is missing");
  return decode;
}

async function open(
  folder: string,
  options: {
    readonly labels?: readonly string[] | undefined;
    readonly classCount?: number;
    readonly seed?: number;
  } = {},
): Promise<DataSet | readonly string[]> {
  const found = await openFolder(folder, options);
  return "kind" in found ? codes(found.problems) : found;
}

async function openFolder(folder: string, options: Parameters<typeof open>[1] = {}): Promise<DataSet | Refused> {
  const wishes = { labels, classCount: 3, seed: 0, ...plainWishes, ...options };
  const rows = await folderRows(folder, wishes.labels, await decoder());
  return "kind" in rows ? rows : assemble(rows, wishes);
}

const codes = (problems: readonly Problem[]): readonly string[] => problems.map((found) => found.diagnose({}).code);

const opened = (found: DataSet | readonly string[]): DataSet => {
  assert.ok("read" in found, JSON.stringify(found));
  return found as DataSet;
};

const keys = (samples: readonly { readonly key: string }[]): readonly string[] => samples.map(({ key }) => key);

const names = (count: number, folder: string): Record<string, Uint8Array> =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`${folder}/${i}.png`, png]));

/** This many pictures, all different. */
const different = (count: number): Record<string, Uint8Array> =>
  Object.fromEntries(
    Array.from({ length: count }, (_, i) => [
      `d/${i % 2 === 0 ? "happy" : "sad"}/${i}.png`,
      encodePng(formulaPicture(6 + i, 4)),
    ]),
  );

suite("a folder as a data set", (test) => {
  test("train and test: by name and synonym, deeper folders too, in order", () =>
    inFolder(
      {
        "d/train/happy/b.png": png,
        "d/train/happy/a.png": png,
        "d/train/sad/deeper/c.JPG": png,
        "d/train/Neutral/d.webp": png,
        "d/test/neutral/e.png": png,
        "d/readme.txt": "about",
      },
      async (cwd) => {
        const set = opened(await open(join(cwd, "d")));
        assert.equal(set.classes, labels);
        assert.equal(
          set.training.map(({ key, label, target }) => [key, label, [...target]]),
          [
            ["train/Neutral/d.webp", 2, [0, 0, 1]],
            ["train/happy/a.png", 0, [1, 0, 0]],
            ["train/happy/b.png", 0, [1, 0, 0]],
            ["train/sad/deeper/c.JPG", 1, [0, 1, 0]],
          ],
        );
        assert.equal(keys(set.heldOut), ["test/neutral/e.png"]);
        assert.is(set.heldOutWasDrawn, false);
        assert.equal(codes(set.warnings), ["data/missing-classes"]);
      },
    ));

  test("val is judged by where both are there; test is left alone and said so", () =>
    inFolder({ "d/train/sad/a.png": png, "d/val/sad/b.png": png, "d/test/sad/c.png": png }, async (cwd) => {
      const set = opened(await open(join(cwd, "d")));
      assert.equal(keys(set.heldOut), ["val/sad/b.png"]);
      assert.is(set.heldOutIs, "the folder val; left alone: the folder test");
      assert.equal(codes(set.warnings), ["data/missing-classes"]);
    }));

  for (const [title, top] of [
    ["classes alone", "d"],
    ["train alone", "d/train"],
  ] as const) {
    test(`${title}: a fifth of each class is drawn by the seed`, () =>
      inFolder(
        { ...names(10, `${top}/happiness`), ...names(5, `${top}/sadness`), ...names(1, `${top}/neutral`) },
        async (cwd) => {
          const set = opened(await open(join(cwd, "d")));
          const count = (some: DataSet["training"]) => [0, 1, 2].map((c) => some.filter((s) => s.label === c).length);
          assert.equal(
            [count(set.training), count(set.heldOut)],
            [
              [8, 4, 1],
              [2, 1, 0],
            ],
          );
          assert.is(set.heldOutWasDrawn, true);
          assert.match(set.heldOutIs, /20 % of each class, chosen by seed 0/);
          assert.equal(keys(opened(await open(join(cwd, "d"))).heldOut), keys(set.heldOut));
          assert.not.equal(keys(opened(await open(join(cwd, "d"), { seed: 4 })).heldOut), keys(set.heldOut));
        },
      ));
  }

  test("a class called train, beside others, is a class", () =>
    inFolder({ ...names(3, "d/train"), ...names(3, "d/car") }, async (cwd) => {
      const set = opened(await open(join(cwd, "d"), { labels: ["car", "train"], classCount: 2 }));
      assert.equal(
        set.training.map(({ label }) => label),
        [0, 0, 1, 1],
      );
    }));

  test("a model without labels takes the folders' names, if there are as many", () =>
    inFolder({ ...names(2, "d/zebra"), ...names(2, "d/ant"), ...names(2, "d/bee") }, async (cwd) => {
      assert.equal(opened(await open(join(cwd, "d"), { labels: undefined })).classes, ["ant", "bee", "zebra"]);
      assert.equal(await open(join(cwd, "d"), { labels: undefined, classCount: 4 }), ["data/class-count"]);
    }));

  test("an accent written apart is the same name, with labels and without", () => {
    const [together, apart] = ["col\u00e8re", "cole\u0300re"];
    const files = {
      ...names(3, `d/train/${together}`),
      ...names(3, "d/train/b"),
      ...names(1, `d/val/${apart}`),
      ...names(1, "d/val/b"),
    };
    return inFolder(files, async (cwd) => {
      const plain = opened(await open(join(cwd, "d"), { labels: undefined, classCount: 2 }));
      assert.equal(plain.classes, ["b", together]);
      assert.equal(
        plain.heldOut.map(({ label }) => label),
        [0, 1],
      );
      const labelled = opened(await open(join(cwd, "d"), { labels: [apart, "b"], classCount: 2 }));
      assert.equal(labelled.heldOut.map(({ label }) => label).toSorted(), [0, 1]);
    });
  });

  test("unknown folders are all named, at once; nothing else is done", () =>
    inFolder({ ...names(2, "d/happy"), "d/cats/a.png": png, "d/sadnes/b.png": png }, async (cwd) => {
      assert.equal(await open(join(cwd, "d")), ["data/unknown-class"]);
    }));

  test("names that are hostile to programs are names", () =>
    inFolder(
      { "d/__proto__/a.png": png, "d/__proto__/b.png": png, "d/a\nb/c.png": png, "d/a\nb/'$(x) \u202e.png": png },
      async (cwd) => {
        const set = opened(await open(join(cwd, "d"), { labels: ["__proto__", "a\nb"], classCount: 2 }));
        assert.is(set.training.length + set.heldOut.length, 4);
        for (const sample of [...set.training, ...set.heldOut])
          assert.not.ok(isProblem(await set.read(sample)), sample.key);
      },
    ));

  test("empty folders, missing ones, files in place of folders", () =>
    inFolder(
      {
        file: "x",
        "loose/a.png": png,
        "one/happy/a.png": png,
        "e/train/happy/note.txt": "x",
        "v/train/happy/a.png": png,
      },
      async (cwd) => {
        mkdirSync(join(cwd, "nothing"));
        mkdirSync(join(cwd, "hollow/happy"), { recursive: true });
        mkdirSync(join(cwd, "v/val/happy"), { recursive: true });
        assert.equal(await open(join(cwd, "nowhere")), ["data/unreadable-folder"]);
        assert.equal(await open(join(cwd, "file")), ["data/unreadable-folder"]);
        assert.equal(await open(join(cwd, "nothing")), ["data/no-class-folders"]);
        assert.equal(await open(join(cwd, "loose")), ["data/no-class-folders"]);
        assert.equal(await open(join(cwd, "hollow")), ["data/no-training-pictures"]);
        assert.equal(await open(join(cwd, "e")), ["data/no-training-pictures"]);
        assert.equal(await open(join(cwd, "one")), ["data/nothing-held-out"]);
        assert.equal(await open(join(cwd, "v")), ["data/nothing-held-out"]);
      },
    ));

  test("links to folders of a class are followed, links in circles are no trouble, hidden folders are left out", () =>
    inFolder({ ...names(5, "real"), ...names(5, "d/sad"), "d/.cache/a.png": png }, async (cwd) => {
      symlinkSync(join(cwd, "real"), join(cwd, "d/happy"));
      symlinkSync(join(cwd, "d"), join(cwd, "d/sad/circle"));
      symlinkSync(join(cwd, "gone"), join(cwd, "d/neutral"));
      const set = opened(await open(join(cwd, "d")));
      assert.is(set.training.length + set.heldOut.length, 10);
      assert.equal(codes(set.warnings), ["data/missing-classes", "data/files-left-out"]);
    }));

  test("what desktops and archives leave behind is passed over without a word, at any depth", () =>
    inFolder(
      {
        ...names(5, "d/happy"),
        ...names(5, "d/sad"),
        ...names(5, "d/neutral"),
        "d/.DS_Store": "x",
        "d/Thumbs.db": "x",
        "d/desktop.ini": "x",
        "d/__MACOSX/happy/._0.png": "x",
        "d/happy/THUMBS.DB": "x",
        "d/happy/._0.png": "x",
        "d/happy/deeper/__MACOSX/1.png": "x",
        "d/sad/Desktop.ini": "x",
      },
      async (cwd) => {
        const set = opened(await open(join(cwd, "d")));
        assert.equal([set.training.length + set.heldOut.length, codes(set.warnings)], [15, []]);
      },
    ));

  test("broken pictures are named, the others are read; the fingerprint knows names, labels and contents", () =>
    inFolder(
      { ...names(6, "d/happy"), ...names(6, "d/sad"), "d/sad/cut.png": png.subarray(0, 60), "d/sad/text.png": "text" },
      async (cwd) => {
        const look = async () => {
          const set = opened(await open(join(cwd, "d")));
          const store = new PictureStore(set, { target: { width: 5, height: 7 }, keepLarger: false, budgetBytes: 1e9 });
          const all = [...set.training, ...set.heldOut];
          return {
            ...(await store.inspect(all, { onProgress: () => {}, isStopped: () => false })),
            store,
            all,
          };
        };
        const first = await look();
        assert.is(first.bad.size, 2);
        assert.equal(first.broken.map(({ key, problem }) => [key, problem.diagnose({}).code]).toSorted(), [
          ["sad/cut.png", "data/corrupt-picture"],
          ["sad/text.png", "data/not-a-picture"],
        ]);
        assert.is((await look()).fingerprint, first.fingerprint);
        const image = await first.store.picture(first.all.find((sample) => !first.bad.has(sample))!);
        assert.not.ok(isProblem(image));
        assert.is(!isProblem(image) && image.width, 5);
      },
    ));

  test("FER2013's three usages are known, and the private test is left for the end", () =>
    inFolder(
      {
        ...names(2, "d/Training/happy"),
        ...names(2, "d/PublicTest/happy"),
        ...names(2, "d/PrivateTest/happy"),
        ...names(1, "d/__MACOSX/happy"),
      },
      async (cwd) => {
        const set = opened(await open(join(cwd, "d")));
        assert.equal(
          [set.training.length, keys(set.heldOut)],
          [2, ["PublicTest/happy/0.png", "PublicTest/happy/1.png"]],
        );
        assert.is(set.heldOutIs, "the folder PublicTest; left alone: the folder PrivateTest");
      },
    ));

  test("a folder of pictures beside the known parts is refused, not passed over", () =>
    inFolder({ ...names(2, "d/train/happy"), ...names(2, "d/val/happy") }, async (cwd) => {
      for (const stranger of ["extra", "train2", "validation", "Training_aligned"]) {
        await inFolder(
          { ...names(2, "d/train/happy"), ...names(2, "d/val/happy"), ...names(1, `d/${stranger}/happy`) },
          async (other) => assert.equal(await open(join(other, "d")), ["data/unknown-split"], stranger),
        );
      }
      await inFolder(
        { ...names(2, "d/train/happy"), ...names(2, "d/val/happy"), ...names(1, "d/valid/happy") },
        async (other) => {
          const found = await openFolder(join(other, "d"));
          const [problem] = "kind" in found ? found.problems : [];
          assert.match(problem?.diagnose({}).message ?? "", /two folders for one part, val and valid/);
        },
      );
      // Without a picture, the folder is ignored.
      mkdirSync(join(cwd, "d/annotations"));
      assert.is(opened(await open(join(cwd, "d"))).training.length, 2);
    }));

  test("folders that are one class, and classes that nothing is held out of, are said", () =>
    inFolder(
      {
        ...names(2, "d/train/happy"),
        ...names(2, "d/train/Happiness"),
        ...names(2, "d/train/sad"),
        ...names(2, "d/val/happy"),
      },
      async (cwd) => {
        const told = opened(await open(join(cwd, "d"))).warnings.map((found) => found.diagnose({}).message);
        assert.equal(
          told.map((message) => message.replace(cwd, "")),
          [
            "/d: Happiness, happy are one class, happiness",
            "/d has no training picture of neutral",
            "/d has no held-out picture of sadness",
          ],
        );
      },
    ));

  test("a name that is no UTF-8 is called so, as a picture and as a class", () =>
    inFolder({ ...names(5, "d/happy"), ...names(5, "d/sad") }, async (cwd) => {
      const latin = (path: string): Buffer => Buffer.concat([Buffer.from(join(cwd, path)), Buffer.from([0xe9])]);
      try {
        writeFileSync(Buffer.concat([latin("d/happy/caf"), Buffer.from(".png")]), png);
      } catch {
        return; // a file system that takes no such name
      }
      const set = opened(await open(join(cwd, "d")));
      const damaged = [...set.training, ...set.heldOut].find(({ key }) => key.includes("\uFFFD"));
      const read = damaged && (await set.read(damaged));
      assert.equal(read !== undefined && isProblem(read) ? codes([read]) : [], ["data/name-not-utf8"]);
      mkdirSync(latin("d/caf"));
      assert.equal(await open(join(cwd, "d"), { classCount: 3 }), ["data/name-not-utf8"]);
      assert.equal(await open(join(cwd, "d"), { labels: undefined, classCount: 3 }), ["data/name-not-utf8"]);
    }));

  test("a folder that may not be read is said so", () =>
    inFolder({ ...names(2, "d/happy"), ...names(2, "d/sad") }, async (cwd) => {
      if (process.getuid?.() === 0) return; // root may read everything
      chmodSync(join(cwd, "d/sad"), 0);
      assert.equal(await open(join(cwd, "d")), ["data/unreadable-picture"]);
      chmodSync(join(cwd, "d/sad"), 0o755);
    }));
});

suite("pictures in memory", (test) => {
  test("those that fit stay, the others are read again: the same pixels", () =>
    inFolder(different(8), async (cwd) => {
      const set = opened(await open(join(cwd, "d")));
      let reads = 0;
      const read: DataSet["read"] = (sample) => {
        reads++;
        return set.read(sample);
      };
      const bytes = 5 * 5 * 3;
      const target = { width: 5, height: 5 };
      const small = new PictureStore({ ...set, read }, { target, keepLarger: false, budgetBytes: 2 * bytes + 1 });
      await small.inspect(set.training, { onProgress: () => {}, isStopped: () => false });
      assert.equal(small.kept, { pictures: 2, bytes: 2 * bytes, isAll: false });
      assert.is(reads, set.training.length);
      const all = new PictureStore(set, { target, keepLarger: false, budgetBytes: 1e9 });
      await all.inspect(set.training, { onProgress: () => {}, isStopped: () => false });
      for (const sample of set.training) assert.equal(await small.picture(sample), await all.picture(sample));
      assert.is(reads, 2 * set.training.length - 2);
    }));

  test("the same content under two names is kept once", () =>
    inFolder({ ...names(4, "d/happy"), ...names(4, "d/sad") }, async (cwd) => {
      const set = opened(await open(join(cwd, "d")));
      const store = new PictureStore(set, { target: { width: 5, height: 5 }, keepLarger: false, budgetBytes: 75 });
      await store.inspect(set.training, { onProgress: () => {}, isStopped: () => false });
      assert.equal(store.kept, { pictures: set.training.length, bytes: 75, isAll: true });
    }));

  test("where parts are taken pictures stay as found, but not beyond twice the size", () =>
    inFolder(
      { "d/happy/a.png": encodePng(formulaPicture(80, 40)), "d/happy/b.png": encodePng(formulaPicture(9, 30)) },
      async (cwd) => {
        const set = opened(await open(join(cwd, "d"), { labels: undefined, classCount: 1 }));
        const store = new PictureStore(set, { target: { width: 10, height: 10 }, keepLarger: true, budgetBytes: 1e9 });
        const sizes: Record<string, readonly number[]> = {};
        for (const sample of [...set.training, ...set.heldOut]) {
          const image = await store.picture(sample);
          if (!isProblem(image)) sizes[sample.key] = [image.width, image.height];
        }
        assert.equal(sizes, { "happy/a.png": [40, 20], "happy/b.png": [9, 30] });
      },
    ));
});
