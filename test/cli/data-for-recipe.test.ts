import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { generateFace } from "../../src/data/generated-faces.js";
import { encodePng } from "../../src/data/png.js";
import { layoutsOnDisk } from "../house/layouts-on-disk.js";
import { callLferc } from "../support/in-process.js";
import { codesIn, inFolder } from "../support/lferc.js";
import { suite } from "../support/suite.js";

const face = (seed: number): Uint8Array => encodePng(generateFace("happiness", seed, 12));

const recipe = (data: string, labels = '["happy", "sad"]'): string => `lfer 1
import { cross_entropy } from "std/losses"
model M {
  input image: float32[N, 3, 8, 8] = picture(mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5])
  logits = image -> conv(4) -> global_avg_pool -> flatten -> linear(2)
  output logits: labels(${labels})
}
recipe R(epochs: int = 1) {
  student   = M
  data      = ${data}
  loss      = cross_entropy(student.logits, data.label)
  optimizer = sgd(lr: 0.1)
  train     = run(batch: 2, epochs: epochs)
}
`;

type Files = Readonly<Record<string, string | Uint8Array>>;

async function manifestOf(files: Files, data: string, cwd: string): Promise<{ text: string; stderr: string }> {
  const ran = await callLferc(["data", data, "--for", "m.lfer", "--manifest", "out.csv"], cwd);
  assert.is(ran.code, 0, `${ran.stderr}\n${Object.keys(files)}`);
  return { text: readFileSync(join(cwd, "out.csv"), "utf8"), stderr: ran.stderr };
}

const folders: Files = Object.fromEntries(
  ["happy", "sad"].flatMap((label, c) =>
    Array.from({ length: 5 }, (_, i) => [`d/${label}/p${i}_1.png`, face(10 * c + i)] as const),
  ),
);

async function fingerprintOf(cwd: string, out: string, ...line: readonly string[]): Promise<unknown> {
  const ran = await callLferc(["train", ...line, "--threads", "1", "--out", out], cwd);
  assert.is(ran.code, 0, ran.stderr);
  const { data } = JSON.parse(readFileSync(join(cwd, out, "run.json"), "utf8")) as { data: { fingerprint: string } };
  return data.fingerprint;
}

suite("lferc data --for", (test) => {
  test("lists the pictures as the recipe divides them, without broken ones, with the model's names", async () => {
    const files = {
      ...folders,
      "d/sad/p9_1.png": "no picture",
      "m.lfer": recipe('folder(held_out: 0.4, person: "{person}_*", broken: 0.5)'),
    };
    await inFolder(files, async (cwd) => {
      const { text, stderr } = await manifestOf(files, "d", cwd);
      const [header, ...rows] = text.trimEnd().split("\n");
      assert.is(header, "path,label,split,person");
      assert.is(rows.length, 10);
      assert.is(rows.filter((row) => row.includes(",val,")).length, 4);
      assert.ok(rows.includes("happy/p0_1.png,happy,train,p0") || rows.includes("happy/p0_1.png,happy,val,p0"));
      assert.match(stderr, /6 train, 4 val; its paths are relative to d/);
    });
  });

  test.native("csv(...) reads it: a run on it has the fingerprint of a run on the data", async () => {
    const list = recipe('csv(list: "out.csv")');
    const files = { ...folders, "m.lfer": recipe("folder()"), "list.lfer": list };
    await inFolder(files, async (cwd) => {
      await manifestOf(files, "d", cwd);
      const own = await fingerprintOf(cwd, "one", "m.lfer", "--data", "d");
      assert.is(await fingerprintOf(cwd, "two", "list.lfer", "--data", "d"), own);
    });
  });

  test.native("shares become columns, and are the same shares again", async () => {
    const rows = ["1.png,0.7,0.3,train", "2.png,1,3,train", "3.png,0,1,train", "4.png,0.1,0.9,val", "5.png,3,1,val"];
    const pictures = Object.fromEntries([1, 2, 3, 4, 5].map((i) => [`d/${i}.png`, face(i)]));
    const table = `path,happy,sad,split\n${rows.join("\n")}\n`;
    const files = {
      ...pictures,
      "d/labels.csv": table,
      "m.lfer": recipe("csv()"),
      "list.lfer": recipe('csv(list: "out.csv")'),
    };
    await inFolder(files, async (cwd) => {
      const { text } = await manifestOf(files, "d", cwd);
      assert.is(text.split("\n")[0], "path,happy,sad,split");
      assert.match(text, /^2\.png,0\.25,0\.75,train$/m);
      assert.match(text, /^3\.png,0,1,train$/m);
      const own = await fingerprintOf(cwd, "one", "m.lfer", "--data", "d");
      assert.is(await fingerprintOf(cwd, "two", "list.lfer", "--data", "d"), own);
    });
  });

  test("a path that the table names with dots is written plainly; one file of two rows is written twice", async () => {
    const table = "path,label,split\na/../a/1.png,happy,train\na\\1.png,sad,train\n./b.png,happy,val\nb.png,sad,val\n";
    const files = { "d/a/1.png": face(1), "d/b.png": face(2), "d/labels.csv": table, "m.lfer": recipe("csv()") };
    await inFolder(files, async (cwd) => {
      const { text } = await manifestOf(files, "d", cwd);
      assert.equal(text.trimEnd().split("\n").slice(1), [
        "a/1.png,happy,train",
        "a/1.png,sad,train",
        "b.png,happy,val",
        "b.png,sad,val",
      ]);
    });
  });

  test("pictures that are no files, or parts of files, are refused by name", async () => {
    const disk = layoutsOnDisk();
    for (const [folder, data] of [
      ["fer", "fer2013()"],
      ["affect", 'affectnet(align: "box", held_out: 0.3)'],
    ] as const) {
      const labels = '["happiness", "sadness", "neutral"]';
      await inFolder({ "m.lfer": recipe(data, labels).replace("linear(2)", "linear(3)") }, async (cwd) => {
        const line = ["data", join(disk, folder), "--for", "m.lfer", "--manifest", "out.csv"];
        const ran = await callLferc(line, cwd);
        assert.ok(codesIn(ran.stderr).includes("look/no-manifest"), `${folder}: ${ran.stderr}`);
      });
    }
  });
});
