import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { callLferc } from "../support/in-process.js";
import { codesIn, inFolder, root } from "../support/lferc.js";
import { suite } from "../support/suite.js";
import { fileOf } from "../targets/onnx/hand-made.js";

const exported = (name: string): Uint8Array => readFileSync(join(root, "test/targets/onnx/exported", name));

const files = { "small.onnx": exported("small.torchscript-norms.onnx") };

suite("import/import-command", (test) => {
  test.native("import, check, build: the built file has the counts of the imported one", () =>
    inFolder(files, async (cwd) => {
      const ran = await callLferc(["import", "small.onnx", "-o", "s.lfer", "--recipe"], cwd);
      assert.is(ran.code, 0, ran.stderr);
      assert.match(
        ran.stderr,
        /outputs in ONNX Runtime differ by \S+ of at most \S+, with (?:the file's|probe) weights/,
      );
      assert.is((await callLferc(["check", "s.lfer", "--deny", "warnings"], cwd)).code, 0);
      assert.is((await callLferc(["fmt", "--check", "s.lfer"], cwd)).code, 0);
      const build = [
        "build",
        "s.lfer",
        "-o",
        "again.onnx",
        "--weights",
        "s.safetensors",
        "--optimize",
        "0",
        "--no-verify",
      ];
      assert.is((await callLferc(build, cwd)).code, 0);
      const totals: unknown[] = [];
      for (const file of ["small.onnx", "again.onnx"]) {
        const { stdout } = await callLferc(["stats", file, "--format", "json"], cwd);
        const { params, counts } = JSON.parse(stdout) as { readonly params: unknown; readonly counts: unknown };
        totals.push([params, counts]);
      }
      assert.equal(totals[0], totals[1]);
    }),
  );

  test("an open size is given by --set", () =>
    inFolder(
      { "x.onnx": fileOf([{ op_type: "Relu", input: ["x"], output: ["y"] }], { input: ["N", 4, "h", 8] }) },
      async (cwd) => {
        const line = ["import", "x.onnx", "-o", "x.lfer", "--no-verify"];
        assert.equal(codesIn((await callLferc(line, cwd)).stderr), ["onnx/open-size"]);
        assert.is(existsSync(join(cwd, "x.lfer")), false);
        assert.is((await callLferc([...line, "--set", "h=6"], cwd)).code, 0);
        assert.match(readFileSync(join(cwd, "x.lfer"), "utf8"), /float32\[N, 4, 6, 8\]/);
      },
    ));

  test("without the proof nothing is said of outputs", () =>
    inFolder(files, async (cwd) => {
      const ran = await callLferc(["import", "small.onnx", "-o", "s.lfer", "--no-verify"], cwd);
      assert.is(ran.code, 0, ran.stderr);
      assert.match(ran.stderr, /outputs not compared/);
    }));

  test("the file that is read is not overwritten", () =>
    inFolder({ "x.onnx": files["small.onnx"] }, async (cwd) => {
      const ran = await callLferc(["import", "x.onnx", "-o", "x.onnx", "--no-verify"], cwd);
      assert.equal(codesIn(ran.stderr), ["tool/wrong-usage"]);
    }));
});
