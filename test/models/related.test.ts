import { join } from "node:path";
import * as assert from "uvu/assert";
import { compile, load } from "../../src/compiler.js";
import { nodeHost } from "../../src/hosts/node-host.js";
import { buildOnnx } from "../../src/targets/onnx/build.js";
import { root } from "../support/lferc.js";
import { ort } from "../support/onnx-runtime.js";
import { suite } from "../support/suite.js";

suite("models/related.lfer: the ideas of the paper's related systems", ({ native: test }) => {
  for (const model of ["GatedCrops", "LatentTruth", "Ensemble", "Masked"]) {
    test(`${model}: the file answers as the reference does`, async () => {
      const sources = await load(nodeHost(join(root)), "models/related.lfer");
      const set = new Map([
        ["size", "32"],
        ["width", "8"],
      ]);
      for (const training of [false, true]) {
        const { models, diagnostics } = compile(sources, { model, set, training, graphsOnly: true });
        assert.equal(diagnostics, []);
        const result = await buildOnnx(models[0]!.graph, {
          opset: 13,
          level: 1,
          weights: { kind: "seed", seed: 1 },
          verify: true,
          loadRuntime: async () => ort,
          provenance: { lferVersion: "test", sourceSha256: "ab12", settings: set },
        });
        if (result.kind === "refused") throw new Error(result.diagnostics.map(({ message }) => message).join("\n"));
      }
    });
  }
});
