// A run keeps its source texts, so that it can be used without its project.
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { compiledFile, runSource } from "../../src/training/run-source.js";
import { sealed } from "../../src/training/sealed-json.js";
import { callLferc } from "../support/in-process.js";
import { inFolder } from "../support/lferc.js";
import { suite } from "../support/suite.js";

const net = `lfer 1

/// A small network.
block Features = conv(4, stride: 2) -> batch_norm -> relu -> global_avg_pool -> flatten
`;

const main = `lfer 1

import { cross_entropy } from "std/losses"
import { Features } from "../zoo/parts/net.lfer"

model Small(size: int = 12) {
  input image: float32[N, 3, size, size] = picture(mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25])
  logits = image -> Features -> linear(7)
  output logits
}

recipe Plain {
  student   = Small
  data      = folder()
  loss      = cross_entropy(student.logits, data.label)
  optimizer = sgd(lr: 0.1)
  train     = run(batch: 8, epochs: 1, folds: 2)
}
`;

suite("the texts of a run", (test) => {
  test("lie as the model's imports look for them; in a folder of their own where one is above it", () => {
    const std = ["std/losses.lfer", "s"] as const;
    const below = new Map([["a/m.lfer", "m"], ["a/b/n.lfer", "n"], std]);
    const flat = runSource("a/m.lfer", below);
    assert.is(flat.entry, "model.lfer");
    assert.equal(
      [...flat.texts],
      [
        ["model.lfer", "m"],
        ["b/n.lfer", "n"],
      ],
    );
    const above = runSource("p/a/m.lfer", new Map([["p/a/m.lfer", "m"], ["p/b/n.lfer", "n"], std]));
    assert.is(above.entry, "source/a/m.lfer");
    assert.equal(
      [...above.texts],
      [
        ["model.lfer", "m"],
        ["source/a/m.lfer", "m"],
        ["source/b/n.lfer", "n"],
      ],
    );
    // Another file of that name must not be taken for the entry.
    const alike = runSource(
      "m.lfer",
      new Map([
        ["m.lfer", "m"],
        ["model.lfer", "other"],
      ]),
    );
    assert.equal([...alike.texts.keys()], ["model.lfer", "source/m.lfer", "source/model.lfer"]);
  });

  test("of a record only a file in its source folder is compiled", () =>
    inFolder(
      {
        "run/model.lfer": "",
        "run/source/a.lfer": "",
        "out.lfer": "",
        "run/run.json": sealed({ entry: "source/a.lfer" }),
      },
      async (cwd) => {
        const asked = join(cwd, "run/model.lfer");
        assert.is(await compiledFile(asked), join(cwd, "run/source/a.lfer"));
        assert.is(await compiledFile(join(cwd, "out.lfer")), join(cwd, "out.lfer"));
        // An edited copy is compiled itself.
        writeFileSync(asked, "lfer 1");
        assert.is(await compiledFile(asked), asked);
        writeFileSync(asked, "");
        writeFileSync(join(cwd, "run/run.json"), sealed({ entry: "source/a.lfer" }).replace("a.lfer", "b.lfer"));
        writeFileSync(join(cwd, "run/source/b.lfer"), "");
        assert.is(await compiledFile(asked), asked, "an edited record");
        writeFileSync(join(cwd, "run/run.json"), sealed({ entry: "source/a.lfer" }));
        rmSync(join(cwd, "run/source/a.lfer"));
        assert.is(await compiledFile(asked), asked);
      },
    ));

  for (const entry of ["../out.lfer", "source/../../out.lfer", "/etc/passwd", 3, null]) {
    test(`an entry ${JSON.stringify(entry)} is not followed`, () =>
      inFolder(
        { "run/model.lfer": "", "run/source/a.lfer": "", "out.lfer": "", "run/run.json": sealed({ entry }) },
        async (cwd) => {
          const asked = join(cwd, "run/model.lfer");
          assert.is(await compiledFile(asked), asked);
        },
      ));
  }

  test("a run of a model that imports from above is distilled, reported and gone on with, without the project", () =>
    inFolder({ "recipes/main.lfer": main, "zoo/parts/net.lfer": net }, async (cwd) => {
      const call = async (line: string, status = 0) => {
        const ran = await callLferc(line.split(" "), cwd);
        assert.is(ran.code, status, ran.stderr);
        return ran;
      };
      const data = "--data generated --limit 24 --threads 1";
      await call(`train recipes/main.lfer ${data} --out run`);
      rmSync(join(cwd, "recipes"), { recursive: true });
      rmSync(join(cwd, "zoo"), { recursive: true });
      await call("distill run --data generated -o d.csv");
      assert.match(readFileSync(join(cwd, "d.csv"), "utf8"), "path,");
      const report = await call("report run/fold-1");
      assert.not.match(report.stderr, "left-out");
      await call("eval run/fold-1 --data generated");
    }));
});
