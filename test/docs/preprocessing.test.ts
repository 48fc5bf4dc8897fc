import { execFileSync } from "node:child_process";
import { readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { encodePng } from "../../src/data/png.js";
import { callLferc } from "../support/in-process.js";
import { inFolder, root } from "../support/lferc.js";
import { suite } from "../support/suite.js";

const source = `lfer 1

model Small {
  input image: float32[N, 3, 10, 12] = picture(mean: [0.4, 0.5, 0.6], std: [0.2, 0.3, 0.4])
  scores = image -> conv(6, stride: 2) -> relu -> global_avg_pool -> flatten -> linear(3)
  output scores: labels(["one", "two", "three"])
}
`;

suite("docs/preprocessing.md", ({ native: test }) => {
  test("its program for Node gives the answers of lferc predict from the network alone", () =>
    inFolder({ "m.lfer": source }, async (folder) => {
      const [, program = ""] = /```js\n(.*?)```/s.exec(readFileSync(join(root, "docs/preprocessing.md"), "utf8")) ?? [];
      writeFileSync(join(folder, "program.mjs"), program);
      symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
      const pixels = Uint8Array.from({ length: 31 * 17 * 3 }, (_, i) => (i * i * 7) & 255);
      writeFileSync(join(folder, "face.png"), encodePng({ width: 31, height: 17, pixels }));
      for (const args of [["plain.onnx"], ["model.onnx", "--with-preprocessing=17x31"]]) {
        const { code, stderr } = await callLferc(["build", "m.lfer", "-o", ...args], folder);
        assert.is(code, 0, stderr);
      }
      const predicted = await callLferc(["predict", "--format", "json", "plain.onnx", "face.png"], folder);
      const { labels, pictures } = JSON.parse(predicted.stdout);
      const env = { ...process.env, ORT_DISABLE_TELEMETRY: "1", FORCE_COLOR: "0" };
      const printed = execFileSync(process.execPath, ["program.mjs"], { cwd: folder, encoding: "utf8", env });
      const answers = JSON.parse(printed) as number[];
      assert.is(answers.length, 3);
      for (const { label, probability } of pictures[0].classes) {
        assert.ok(Math.abs(answers[labels.indexOf(label)]! - probability) < 1e-6, `${label}: ${printed}`);
      }
    }));
});
