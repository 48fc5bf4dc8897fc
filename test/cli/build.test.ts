import { existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { callLferc } from "../support/in-process.js";
import { codesIn, inFolder, type Ran, root, runLferc } from "../support/lferc.js";
import { suite } from "../support/suite.js";

const model = (classes: number) => `lfer 1

model Tiny(size: int = 16) {
  input image: float32[N, 3, size, size] = picture(mean: [0.5, 0.5, 0.5], std: [0.2, 0.2, 0.2])
  logits = image -> conv(4, stride: 2) -> batch_norm -> relu -> global_avg_pool -> conv(${classes}, kernel: 1) -> flatten
  output logits
}
`;

const recipe = `${model(3)}
recipe R(rate: float = 0.1) {
  student   = Tiny
  data      = folder()
  loss      = mean((softmax(student.logits) - data.label) ** 2)
  optimizer = sgd(lr: rate)
  train     = run(batch: 4, epochs: 1)
}
`;

const files = { "tiny.lfer": model(3), "old.onnx": "old", "broken.safetensors": "no such thing" };

const scenario = (args: readonly string[], body: (ran: Ran, folder: string) => void | Promise<void>) =>
  inFolder(files, async (folder) => body(await callLferc(["build", "tiny.lfer", ...args], folder), folder));

suite("lferc build", (test) => {
  test("writes a verified file and says so; again, and from elsewhere, the same bytes", () =>
    scenario(["-o", "a.onnx"], async (ran, folder) => {
      assert.equal([ran.code, ran.stdout], [0, ""]);
      assert.match(
        ran.stderr,
        /^a\.onnx: .*opset 18.*equal to the reference \(image \[N, 3, \d+, \d+\], batch 2\).*ONNX Runtime/,
      );
      // By the built command line, where the first is made from the sources.
      const again = runLferc(["build", join(folder, "tiny.lfer"), "-o", join(folder, "b.onnx"), "--no-verify"]);
      assert.is(again.code, 0);
      assert.match(again.stderr, /not verified/);
      assert.ok(readFileSync(join(folder, "a.onnx")).equals(readFileSync(join(folder, "b.onnx"))));
    }));

  for (const [title, args, code, stderr] of [
    ["an opset too old", ["-o", "old.onnx", "--opset", "12"], 2, "onnx/unsupported-opset"],
    ["a target of the future", ["-o", "old.onnx", "--target", "triton"], 2, "onnx/unsupported-target"],
    ["a level that is none", ["-o", "old.onnx", "--optimize", "3"], 2, "tool/wrong-usage"],
    ["a broken weight file", ["-o", "old.onnx", "--weights", "broken.safetensors"], 1, "weights/not-weights"],
    ["a missing weight file", ["-o", "old.onnx", "--weights", "none.safetensors"], 1, "weights/file-unreadable"],
    ["weights for a text", ["-o", "new.ir", "--target", "ir", "--weights", "x.safetensors"], 2, "tool/wrong-usage"],
    [
      "weights for a picture",
      ["-o", "new.svg", "--target", "svg", "--weights", "x.safetensors"],
      2,
      "tool/wrong-usage",
    ],
    ["an unknown model", ["-o", "old.onnx", "--model", "Tinny"], 1, "resolve/unknown-model"],
    ["a folder that is not there", ["-o", "no/such/a.onnx"], 1, "onnx/cannot-write-file"],
  ] as const) {
    test(`refuses ${title}; the old file stays`, () =>
      scenario(args, (ran, folder) => {
        assert.is(ran.code, code, ran.stderr);
        assert.ok(ran.stderr.includes(`error[${stderr}]`), ran.stderr);
        assert.is(readFileSync(join(folder, "old.onnx"), "utf8"), "old");
        assert.equal(readdirSync(folder).sort(), Object.keys(files).sort());
      }));
  }

  test("--target ir writes the graph as text", () =>
    scenario(["-o", "graph.txt", "--target", "ir", "--set", "size=8"], (ran, folder) => {
      assert.is(ran.code, 0, ran.stderr);
      assert.match(readFileSync(join(folder, "graph.txt"), "utf8"), /3, 8, 8/);
    }));

  test("--target svg draws the network; the picture in docs/ is the one that it draws", () =>
    scenario(["-o", "net.svg", "--target", "svg", "--set", "size=8", "--depth", "1"], async (ran, folder) => {
      assert.equal([ran.code, ran.stdout], [0, ""], ran.stderr);
      assert.match(
        ran.stderr,
        /^net\.svg: .* kB, \d+ x \d+ pixels, \d+ boxes, folded at depth 1; --depth 2 opens more\n$/,
      );
      const svg = readFileSync(join(folder, "net.svg"), "utf8");
      assert.equal(
        ["tiny.lfer:5:", ">3x8x8</text>", "</svg>\n"].filter((text) => !svg.includes(text)),
        [],
      );
      const shown = join(folder, "ldl.svg");
      const again = await callLferc(["build", "models/lfer_ldl.lfer", "--target", "svg", "-o", shown], root);
      assert.is(again.code, 0, again.stderr);
      assert.ok(readFileSync(shown).equals(readFileSync(join(root, "docs/lfer_ldl.svg"))), "npm run gen");
    }));

  for (const args of [
    ["--target", "svg", "--depth", "0"],
    ["--target", "svg", "--depth", "deep"],
    ["--target", "svg", "--weights", "w.safetensors"],
    ["--target", "svg", "--convention", "torch"],
    ["--target", "ir", "--depth", "2"],
    ["--convention", "conv"],
  ]) {
    test(`refuses ${args.join(" ")}`, () =>
      scenario(["-o", `old.${args[0] === "--target" ? args[1] : "onnx"}`, ...args], (ran, folder) => {
        assert.is(ran.code, 2, ran.stderr);
        assert.match(ran.stderr, /error\[tool\/wrong-(usage|value)\]/);
        assert.is(readFileSync(join(folder, "old.onnx"), "utf8"), "old");
      }));
  }

  test("a folder of several models wants one named", () =>
    inFolder({ "a.lfer": model(2), "b.lfer": model(3) }, async (folder) => {
      const ran = await callLferc(["build", ".", "-o", "x.onnx"], folder);
      assert.is(ran.code, 1);
      assert.match(ran.stderr, /onnx\/which-model/);
      assert.match(ran.stderr, /a\.lfer, b\.lfer/);
      assert.not.ok(existsSync(join(folder, "x.onnx")));
    }));
});

suite("lferc build keeps what it reads", (test) => {
  test("neither a source nor its import nor the weights are overwritten", () =>
    inFolder(
      {
        "a.lfer": model(3)
          .replace("lfer 1\n", 'lfer 1\n\nimport { B } from "./b.lfer"\n')
          .replace("conv(4", "B -> conv(4"),
        "b.lfer": "lfer 1\n\nblock B = relu\n",
      },
      async (cwd) => {
        for (const output of ["a.lfer", "./b.lfer"]) {
          const before = readFileSync(join(cwd, output), "utf8");
          const { code, stderr } = await callLferc(
            ["build", "a.lfer", "-o", output, "--target", "onnx", "--no-verify"],
            cwd,
          );
          assert.is(code, 1);
          assert.match(stderr, /onnx\/output-is-input/);
          assert.is(readFileSync(join(cwd, output), "utf8"), before);
        }
        writeFileSync(join(cwd, "w.safetensors"), "kept");
        const { stderr } = await callLferc(
          ["build", "a.lfer", "-o", "w.safetensors", "--weights", "w.safetensors"],
          cwd,
        );
        assert.match(stderr, /onnx\/output-is-input/);
        assert.is(readFileSync(join(cwd, "w.safetensors"), "utf8"), "kept");
      },
    ));

  test("weights that may never end are refused, not waited for", () =>
    inFolder(files, async (cwd) => {
      const { code, stderr } = await callLferc(["build", "tiny.lfer", "-o", "a.onnx", "--weights", "/dev/zero"], cwd);
      assert.is(code, 1);
      assert.match(stderr, /weights\/file-unreadable.*not a regular file/);
      const asked = await callLferc(["predict", "/dev/zero", "tiny.lfer"], cwd);
      assert.match(asked.stderr, /data\/model-unreadable.*not a regular file/);
    }));

  test("the bytes do not depend on the folder it is started in", () =>
    inFolder({ "deep/tiny.lfer": model(3) }, async (cwd) => {
      const inside = runLferc(["build", "tiny.lfer", "-o", "a.onnx", "--no-verify"], { cwd: join(cwd, "deep") });
      const outside = await callLferc(
        ["build", join(cwd, "deep/tiny.lfer"), "-o", join(cwd, "b.onnx"), "--no-verify"],
        root,
      );
      assert.equal([inside.code, outside.code], [0, 0]);
      assert.ok(readFileSync(join(cwd, "deep/a.onnx")).equals(readFileSync(join(cwd, "b.onnx"))));
    }));
});

suite("lferc build --target onnx-train", (test) => {
  const train = ["build", "tiny.lfer", "-o", "step.onnx", "--target", "onnx-train"];
  const inRecipe = (args: readonly string[], body: (ran: Ran, folder: string) => void | Promise<void>) =>
    inFolder({ "tiny.lfer": recipe, "step.onnx": "old" }, async (cwd) =>
      body(await callLferc([...train, ...args], cwd), cwd),
    );

  test("writes a verified step, the same bytes from anywhere", () =>
    inRecipe(["--recipe", "R", "--set", "size=8", "--set", "rate=0.2", "--batch", "2"], async (ran, cwd) => {
      assert.equal([ran.code, ran.stdout], [0, ""], ran.stderr);
      assert.match(
        ran.stderr,
        /^step\.onnx: .* a training step of \d+ ops; each op .* equal to the reference \(image \[2, 3,/,
      );
      const first = readFileSync(join(cwd, "step.onnx"));
      assert.ok(first.includes('{"size":"8","rate":"0.2"}'));
      const args = [...train.slice(2), "--recipe", "R", "--set", "size=8", "--set", "rate=0.2", "--batch", "2"];
      const again = runLferc(["build", join(cwd, "tiny.lfer"), ...args.with(1, join(cwd, "b.onnx")), "--no-verify"]);
      assert.match(again.stderr, /not verified/);
      assert.ok(first.equals(readFileSync(join(cwd, "b.onnx"))));
    }));

  for (const [title, args, code, stderr] of [
    ["a recipe that is not there", ["--recipe", "Q"], 1, "recipe/unknown-recipe"],
    ["a setting that nobody has", ["--recipe", "R", "--set", "sise=8"], 1, "recipe/unknown-setting"],
    ["a value of another type", ["--recipe", "R", "--set", "rate=fast"], 1, "value/wrong-setting"],
    ["a model beside the recipe", ["--recipe", "R", "--model", "Tiny"], 2, "tool/wrong-usage"],
    ["a batch that is none", ["--recipe", "R", "--batch", "0"], 2, "tool/wrong-usage"],
    ["a missing weight file", ["--recipe", "R", "--weights", "none.safetensors"], 1, "weights/file-unreadable"],
  ] as const) {
    test(`refuses ${title}; the old file stays`, () =>
      inRecipe(args, (ran, cwd) => {
        assert.is(ran.code, code, ran.stderr);
        assert.ok(ran.stderr.includes(`error[${stderr}]`), ran.stderr);
        assert.is(readFileSync(join(cwd, "step.onnx"), "utf8"), "old");
      }));
  }

  test("--recipe and --batch are of this target alone", () =>
    inFolder({ "tiny.lfer": recipe }, async (cwd) => {
      for (const args of [
        ["--recipe", "R"],
        ["--batch", "2"],
      ]) {
        const { code, stderr } = await callLferc(["build", "tiny.lfer", "-o", "a.onnx", ...args], cwd);
        assert.is(code, 2);
        assert.match(stderr, /goes with --target onnx-train/);
      }
    }));

  test("--split writes the two halves, verified, both beside what -o names; that file is not touched", () =>
    inRecipe(["--recipe", "R", "--set", "size=8", "--split"], async (ran, cwd) => {
      assert.equal([ran.code, ran.stdout], [0, ""], ran.stderr);
      const [first = "", second = ""] = ran.stderr.split("\n");
      assert.match(
        first,
        /^step\.gradients\.onnx: .* the gradients of a training step of \d+ ops; each op .* \(image \[2, 3,/,
      );
      assert.match(second, /^step\.update\.onnx: .* the update of a training step of \d+ ops; each op .* equal/);
      assert.equal(readdirSync(cwd).toSorted(), ["step.gradients.onnx", "step.onnx", "step.update.onnx", "tiny.lfer"]);
      assert.is(readFileSync(join(cwd, "step.onnx"), "utf8"), "old");
      const predicted = await callLferc(["predict", "step.update.onnx", "tiny.lfer"], cwd);
      assert.equal([predicted.code, codesIn(predicted.stderr)], [1, ["data/training-step"]]);
    }));

  for (const [title, args, code, stderr] of [
    ["standard output", ["--split", "-o", "-"], 2, "tool/wrong-usage"],
    ["a target without a step", ["--split", "--target", "onnx"], 2, "tool/wrong-usage"],
    ["a device", ["--split", "--recipe", "R", "-o", "/dev/null"], 1, "onnx/cannot-write-file"],
    ["a source in the place of a half", ["--split", "--recipe", "R", "-o", "m.onnx"], 1, "onnx/output-is-input"],
    [
      "a folder in the place of a half",
      ["--split", "--recipe", "R", "--no-verify", "-o", "n.onnx"],
      1,
      "onnx/cannot-write-file",
    ],
  ] as const) {
    test(`--split refuses ${title}; nothing is written`, () => {
      const there = { "m.lfer": recipe, "n.update.onnx/x": "" };
      return inFolder(there, async (cwd) => {
        symlinkSync("m.lfer", join(cwd, "m.update.onnx"));
        const given = (flag: string): boolean => (args as readonly string[]).includes(flag);
        const more = [
          ...(given("-o") ? [] : ["-o", "s.onnx"]),
          ...(given("--target") ? [] : ["--target", "onnx-train"]),
        ];
        const ran = await callLferc(["build", "m.lfer", ...args, ...more], cwd);
        assert.equal([ran.code, codesIn(ran.stderr)], [code, [stderr]], ran.stderr);
        assert.is(readFileSync(join(cwd, "m.lfer"), "utf8"), recipe);
        assert.equal(readdirSync(cwd).toSorted(), ["m.lfer", "m.update.onnx", "n.update.onnx"]);
      });
    });
  }

  test("the source is not overwritten", () =>
    inFolder({ "tiny.lfer": recipe }, async (cwd) => {
      const { stderr } = await callLferc([...train.with(3, "tiny.lfer"), "--recipe", "R"], cwd);
      assert.match(stderr, /onnx\/output-is-input/);
      assert.is(readFileSync(join(cwd, "tiny.lfer"), "utf8"), recipe);
    }));
});

suite("lferc stats with a setting that is refused", (test) => {
  test("prints no figures of another model", () =>
    inFolder(files, async (cwd) => {
      const { code, stdout, stderr } = await callLferc(
        ["stats", "tiny.lfer", "--format", "json", "--set", "sise=3"],
        cwd,
      );
      assert.equal([code, stdout], [1, ""]);
      assert.match(stderr, /resolve\/unknown-setting/);
    }));
});
