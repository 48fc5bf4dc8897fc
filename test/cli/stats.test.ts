import * as assert from "uvu/assert";
import { inFolder, runLferc } from "../support/lferc.js";
import { suite } from "../support/suite.js";

const model = `lfer 1

model M(size: int = 16) {
  input image: float32[N, 3, size, size]
  features = image -> conv(8, stride: 2) -> batch_norm -> relu
  pooled = features -> global_avg_pool -> flatten
  logits = pooled -> linear(4)
  aux = pooled -> linear(5)
  output logits
  output aux in training
}

variant wide = M(size: 32)
`;

suite("lferc stats", (test) => {
  test("a table for people on stdout, which model it is on stderr", async () => {
    await inFolder({ "m.lfer": model }, (cwd) => {
      const { code, stdout, stderr } = runLferc(["stats", "m.lfer"], { cwd });
      assert.match(stderr, /^m\.lfer: its model \w+; --model takes another: [\w, ]+\n$/);
      assert.is(code, 0);
      // conv 8*8*8 outputs * 27 products + batch norm 2 * 512 + pool 512 + linear 32.
      assert.match(stdout, /\ntotal +268 +15\.4k +100\.0% +516\n/);
      assert.match(stdout, /\nmacs +15,392 \(fvcore\)\n/);
      assert.match(stdout, /params +268 trained .*; 45 more in training only\n/);
    });
  });

  test("json: one object, sources as FILE:LINE:COLUMN; --set and --model reach the network", async () => {
    await inFolder({ "m.lfer": model }, (cwd) => {
      const json = (...args: readonly string[]) =>
        JSON.parse(runLferc(["stats", "m.lfer", "--format", "json", ...args], { cwd }).stdout) as {
          readonly model: string;
          readonly inputs: unknown;
          readonly layers: readonly { readonly source: string }[];
        };
      assert.is(json().layers[0]?.source, "m.lfer:5:23");
      assert.equal(json("--set", "size=8").inputs, { image: [1, 3, 8, 8] });
      const wide = json("--model", "wide");
      assert.is(wide.model, "wide");
      assert.equal(wide.inputs, { image: [1, 3, 32, 32] });
    });
  });

  test("--explain shows the sum; an unknown layer ends with 1 and the likeliest name", async () => {
    await inFolder({ "m.lfer": model }, (cwd) => {
      const sums = runLferc(["stats", "m.lfer", "--explain", "features.conv", "--convention", "conv"], { cwd });
      assert.match(sums.stdout, /macs: O \* K = 512 \* 27 = 13824\n/);
      const unknown = runLferc(["stats", "m.lfer", "--explain", "feature"], { cwd });
      assert.is(unknown.code, 1);
      assert.match(unknown.stderr, /Did you mean "features"/);
    });
  });

  test("a folder: every model and variant under it, in one csv with one header", async () => {
    await inFolder({ "models/a.lfer": model, "models/b.lfer": model }, (cwd) => {
      const { stdout } = runLferc(["stats", "models", "--format", "csv", "--convention", "all"], { cwd });
      const lines = stdout.trimEnd().split("\n");
      assert.is(lines.filter((line) => line.startsWith("model,")).length, 1);
      assert.match(lines[0] ?? "", /"?macs \(onnx-tool\)"?$/);
      const counted = lines.slice(1).map((line) => line.split(",")[0]);
      assert.equal([...new Set(counted)], ["M", "wide"]);
      assert.is(counted.filter((name) => name === "wide").length, counted.length / 2);
    });
  });

  test("wrong usage ends with 2", async () => {
    await inFolder({ "m.lfer": model }, (cwd) => {
      for (const args of [
        ["--depth", "0"],
        ["--convention", "flops"],
        ["--columns", "layer,madds"],
        ["--set", "size"],
        ["--format", "xml"],
      ]) {
        assert.is(runLferc(["stats", "m.lfer", ...args], { cwd }).code, 2, args.join(" "));
      }
    });
  });
});
