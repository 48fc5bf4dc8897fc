import { suite } from "../support/suite.js";
import { diagnose, expectDiagnostics } from "../support/tester.js";

suite("semantics: lints of names", (test) => {
  test("parameters and tensors that nothing reads; not those with a leading _", async () => {
    const text = `lfer 1

block B(channels: int, kernel: int, _spare: int = 3) on x, y = x -> conv(channels)
fn f(n: int, m: int = n) = 2
`;
    const found = (await diagnose(text)).filter(({ code }) => code.startsWith("lint/"));
    expectDiagnostics(text, found, [
      { code: "lint/unused-parameter", message: "nothing in B uses its parameter", at: "3:24" },
      { code: "lint/unused-parameter", message: "nothing in B uses its tensor", at: "3:60" },
      { code: "lint/unused-parameter", at: "4:14" },
    ]);
  });

  const library = `lfer 1

const unused = 3
fn twice(n: int) = 2 * n
block B(channels: int) = conv(channels)
block _Kept = relu
`;
  const model = `model M(kept: int = 3) {
  input image: float32[N, 3, 8, 8]
  logits = image -> conv(kept) -> flatten
  output logits
}
`;

  test("declarations, in a file with a model; a library declares for others", async () => {
    expectDiagnostics(library, await diagnose(library), []);
    const text = library + model;
    expectDiagnostics(text, await diagnose(text), [
      { code: "lint/unused-declaration", message: 'the constant "unused"', at: "3:7" },
      { code: "lint/unused-declaration", message: 'the function "twice"', at: "4:4" },
      { code: "lint/unused-declaration", message: 'the block "B"', at: "5:7" },
    ]);
  });

  test("what an imported file with a model declares is there for others", async () => {
    const files = {
      "main.lfer": `lfer 1\n\nimport { twice } from "./other.lfer"\n\n${model.replace("conv(kept)", "conv(twice(kept))")}`,
      "other.lfer": library + model,
    };
    expectDiagnostics(files, await diagnose(files), []);
  });

  test("a file without its edition, once, with the line to put there", async () => {
    const found = await diagnose(model);
    expectDiagnostics(model, found, [{ code: "lint/no-edition", at: "1:1" }]);
    if (found[0]?.fix?.text !== "lfer 1\n\n") throw new Error("no fix");
  });

  test("linear on the columns of a map, not on channels that are last", async () => {
    const text = (stages: string): string =>
      model.replace("conv(kept)", `conv(kept) -> ${stages}`).replace(/^/, "lfer 1\n\n");
    for (const stages of ["linear(5)", "global_avg_pool -> linear(5)", "relu -> linear(5) -> linear(6)"]) {
      const found = (await diagnose(text(stages))).map(({ code }) => code);
      if (found.length === 0 || found.some((code) => code !== "lint/linear-on-map"))
        throw new Error(`${stages}: ${found}`);
    }
    for (const stages of [
      "flatten -> linear(5)",
      "global_avg_pool -> flatten -> linear(5)",
      "transpose([0, 2, 3, 1]) -> linear(5)",
      "transpose([0, 2, 3, 1]) -> layer_norm -> linear(5) -> gelu -> linear(6)",
    ]) {
      expectDiagnostics(text(stages), await diagnose(text(stages)), []);
    }
  });
});
