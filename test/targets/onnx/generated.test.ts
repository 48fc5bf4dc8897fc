import { readFileSync } from "node:fs";
import * as assert from "uvu/assert";
import { generateOnnxProto } from "../../../tools/generate-onnx-proto.js";
import { suite } from "../../support/suite.js";

suite("generated ONNX code", (test) => {
  test("is what the schema gives", () => {
    for (const [path, text] of generateOnnxProto()) {
      const kept = readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8");
      assert.ok(kept === text, `${path} is stale: node --import tsx tools/generate-onnx-proto.ts`);
    }
  });
});
