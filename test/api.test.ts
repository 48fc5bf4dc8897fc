import * as assert from "uvu/assert";
import * as library from "../src/index.js";
import * as testing from "../src/testing/index.js";
import { suite } from "./support/suite.js";

suite("the library's face", (test) => {
  test("exports these names and no others", () => {
    assert.equal(Object.keys(library).sort(), [
      "buildOnnx",
      "catalogue",
      "compile",
      "formatShape",
      "load",
      "memoryHost",
      "nodeHost",
      "printGraph",
      "readGraph",
      "renderPretty",
      "sourceTexts",
      "statsOf",
    ]);
  });

  test("the test kit exports these", () => {
    assert.equal(Object.keys(testing).sort(), [
      "compileText",
      "diagnoseText",
      "expectDiagnostics",
      "expectNoDiagnostics",
      "textsForRendering",
    ]);
  });

  test("a text in memory is compiled and counted", async () => {
    const text = `lfer 1

model Tiny {
  input image: float32[N, 3, 8, 8]
  logits = image -> conv(4, kernel: 1) -> flatten
  output logits
}
`;
    const sources = await library.load(library.memoryHost({ "tiny.lfer": text }), "tiny.lfer");
    const { diagnostics, models } = library.compile(sources);
    assert.equal(diagnostics, []);
    const [model] = models;
    assert.is(model?.name, "Tiny");
    const stats = library.statsOf(model?.graph as library.Graph, { locate: () => "" });
    assert.is("params" in stats ? stats.params.total : undefined, 12);
  });
});
