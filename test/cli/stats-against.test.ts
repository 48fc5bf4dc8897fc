import * as assert from "uvu/assert";
import { inFolder, runLferc } from "../support/lferc.js";
import { suite } from "../support/suite.js";

const model = (name: string, width: number): string => `lfer 1

model ${name}(width: int = ${width}) {
  input image: float32[N, 3, 16, 16]
  features = image -> conv(width, stride: 2) -> batch_norm -> relu
  logits = features -> global_avg_pool -> flatten -> linear(4)
  output logits
}

variant ${name.toLowerCase()}_wide = ${name}(width: 32)
`;

suite("lferc stats --against", (test) => {
  test("an older source, a folder, and the record of a base branch", async () => {
    const files = { "new/a.lfer": model("A", 12), "new/b.lfer": model("B", 8), "old/a.lfer": model("A", 8) };
    await inFolder(files, async (cwd) => {
      const run = (...args: readonly string[]) => runLferc(["stats", ...args], { cwd });
      const source = run("new/a.lfer", "--against", "old/a.lfer");
      assert.is(source.code, 0, source.stderr);
      assert.match(source.stdout, /^A {2}against old\/a\.lfer\n/);
      // 27 weights, 2 of the norm and 4 of the linear layer for each of 4 more channels.
      assert.match(source.stdout, /\nparams +268 +400 +\+132 +\+49\.25%\n/);
      const folder = run("new", "--against", "old", "--format", "markdown");
      assert.match(folder.stdout, /### A\n/);
      assert.match(folder.stdout, /### B: new\n/);
      assert.match(folder.stdout, /No change against `old`: `a_wide`/);
      const same = run("old/a.lfer", "--set", "width=12", "--against", "new/a.lfer");
      assert.is(same.stdout, "A  no change against new/a.lfer\n\na_wide  no change against new/a.lfer\n");
    });
  });

  test("a file against a file: variants too, added and removed ones; other networks by their models", async () => {
    const changed = model("A", 8).replace("A(width: 32)", "A(width: 48)");
    const more = `${changed}\nvariant narrow = A(width: 4)\n`;
    const files = { "old.lfer": model("A", 8), "new.lfer": more, "other.lfer": model("Other", 12) };
    await inFolder(files, (cwd) => {
      const run = (...args: readonly string[]) => runLferc(["stats", ...args], { cwd }).stdout;
      const shown = run("new.lfer", "--against", "old.lfer");
      assert.match(shown, /^A {2}no change against old\.lfer\n/);
      assert.match(shown, /\na_wide {2}against old\.lfer\n/);
      assert.match(shown, /\nfeatures\.conv +changed +conv2d +32 -> 48 channels +\+432 /);
      assert.match(shown, /\nlogits +changed +linear +\[1, 4\] +\+64 /);
      assert.match(shown, /\nnarrow {2}is new: not in old\.lfer\n/);
      assert.match(run("old.lfer", "--against", "new.lfer"), /\nnarrow {2}is gone: only in new\.lfer\n/);
      assert.match(
        run("new.lfer", "--against", "old.lfer", "--depth", "1"),
        /\nfeatures +changed +3 layers +32 -> 48 channels /,
      );
      assert.match(run("other.lfer", "--against", "old.lfer"), /^Other \(was A\) {2}against old\.lfer\n/);
    });
  });

  test("a record of many models, of which one file has some; --model takes one out", async () => {
    const record = await inFolder({ "m/a.lfer": model("A", 8), "m/b.lfer": model("B", 8) }, (cwd) => {
      return runLferc(["stats", "m", "--format", "json"], { cwd }).stdout;
    });
    await inFolder({ "a.lfer": model("A", 12), "base.json": record }, (cwd) => {
      const run = (...args: readonly string[]) =>
        runLferc(["stats", "a.lfer", "--against", "base.json", ...args], { cwd });
      assert.not.match(run().stdout, /gone/);
      assert.match(run().stdout, /^A {2}against base\.json/);
      assert.is(run("--model", "a_wide").stdout, "a_wide  no change against base.json\n");
      assert.is(run("--format", "json").stdout.trimEnd().split("\n").length, 2);
      const json = JSON.parse(run("--format", "json", "--model", "A").stdout) as {
        status: string;
        params: unknown;
        schemaVersion: number;
      };
      assert.is(json.schemaVersion, 1);
      assert.equal(json.params, {
        total: { before: 268, after: 400, delta: 132 },
        trainingOnly: { before: 0, after: 0, delta: 0 },
        buffers: { before: 16, after: 24, delta: 8 },
      });
      assert.match(
        run("--format", "csv").stdout,
        /\nA,changed,features\.conv,,conv2d,conv2d,1x8x8x8,1x12x8x8,216,324,/,
      );
    });
  });

  test("what cannot be compared ends with 1, wrong usage with 2", async () => {
    const files = {
      "a.lfer": model("A", 8),
      "bad.lfer": "lfer 1\n\nmodel {",
      "d/a.lfer": model("A", 8),
      "d/b.lfer": model("A", 9),
      "net.py": "import torch\n",
      "net.onnx": "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n",
    };
    await inFolder(files, (cwd) => {
      const run = (...args: readonly string[]) => runLferc(["stats", "a.lfer", ...args], { cwd });
      const program = run("--against", "net.py");
      assert.is(program.code, 1);
      assert.match(
        program.stderr,
        "net.py is a Python program, not an .lfer or ONNX file, or what `lferc stats --format json` wrote",
      );
      const pointer = run("--against", "net.onnx");
      assert.is(pointer.code, 1);
      assert.match(pointer.stderr, "net.onnx is a Git LFS pointer");
      assert.match(pointer.stderr, "git lfs pull");
      assert.is(run("--against", "bad.lfer").code, 1);
      assert.match(
        run("--against", "none.json").stderr,
        /error\[stats\/unreadable-record\]: none\.json cannot be read: there is no such file/,
      );
      assert.match(run("--against", "d").stderr, /d has more than one model called "A"/);
      assert.is(run("--against", "a.lfer", "--explain", "features").code, 2);
    });
  });
});

suite("lferc stats of several models", (test) => {
  test("one table, layers only where they are asked for; the same names with their files", async () => {
    await inFolder({ "a.lfer": model("A", 8), "b.lfer": model("A", 12) }, (cwd) => {
      const run = (...args: readonly string[]) => runLferc(["stats", "a.lfer", "b.lfer", ...args], { cwd }).stdout;
      const lines = run().trimEnd().split("\n");
      assert.is(lines.length, 3);
      assert.match(
        lines[0] ?? "",
        /^model +input +params +macs \(fvcore\) +activations \(fvcore\) +peak activations +weights$/,
      );
      assert.match(lines[1] ?? "", /^A \(a\.lfer\) +\[1, 3, 16, 16\] +268 +15,392 +516 +/);
      assert.match(lines[2] ?? "", /^A \(b\.lfer\) +\[1, 3, 16, 16\] +400 /);
      assert.match(run("--depth", "1"), /\nfeatures +3 layers/);
      assert.is(run("--format", "markdown").trimEnd().split("\n").length, 4);
      assert.is(run("--format", "json").trimEnd().split("\n").length, 2);
    });
  });

  test("--model finds its file in a folder; a name that no file has is told once", async () => {
    await inFolder({ "m/a.lfer": model("A", 8), "m/b.lfer": model("B", 8) }, (cwd) => {
      const found = runLferc(["stats", "m", "--model", "b_wide"], { cwd });
      assert.is(found.code, 0, found.stderr);
      assert.match(found.stdout, /^b_wide /);
      const none = runLferc(["stats", "m", "--model", "b_wid"], { cwd });
      assert.is(none.code, 1);
      assert.is(none.stderr.match(/error\[/g)?.length, 1);
      assert.match(none.stderr, /Did you mean "b_wide"/);
    });
  });
});

suite("lferc stats FILE.onnx", (test) => {
  test("a file that lferc built counts as its source; the source can be held against it", async () => {
    await inFolder({ "a.lfer": model("A", 8) }, (cwd) => {
      const run = (...args: readonly string[]) => runLferc(args, { cwd });
      const build = ["build", "a.lfer", "-o", "a.onnx", "--target", "onnx", "--no-verify", "--model", "A"];
      assert.is(run(...build, "--optimize", "0").code, 0);
      assert.is(run("stats", "a.lfer", "--against", "a.onnx").stdout, "A  no change against a.onnx\n");
      const { code, stdout } = run("stats", "a.onnx", "--explain", "features.conv", "--convention", "conv");
      assert.is(code, 0);
      assert.match(stdout, /^features\.conv {2}conv2d {2}\[1, 8, 8, 8\]\n[\s\S]*macs: O \* K = 512 \* 27 = 13824\n/);
      const folded = run(...build);
      assert.is(folded.code, 0);
      // The norm was folded into the convolution: 16 numbers less, 8 for a bias more.
      assert.match(run("stats", "a.onnx", "--against", "a.lfer").stdout, /\nparams +268 +260 +-8 /);
      assert.is(run("stats", "a.onnx", "--model", "B").code, 1);
      assert.is(run("stats", "none.onnx").code, 1);
    });
  });
});
