import { reportedCodes } from "../support/in-process.js";
import { inFolder } from "../support/lferc.js";
import { convolution, fileOf, weight } from "../targets/onnx/hand-made.js";

const model = `lfer 1

model M {
  input image: float32[N, 3, 8, 8]
  logits = image -> conv(4) -> flatten
  output logits
}
`;

const classifier = `lfer 1

model M {
  input image: float32[N, 3, 8, 8] = picture(mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5])
  logits = image -> conv(2) -> global_avg_pool -> flatten
  output logits: labels(["a", "b"])
}
`;

const initializer = [weight([4, 4, 3, 3])];

const counting =
  (files: Readonly<Record<string, string | Uint8Array>>, ...args: readonly string[]) =>
  (): Promise<readonly string[]> =>
    inFolder({ "m.lfer": model, ...files }, (cwd) => reportedCodes(["stats", ...args], cwd));

/** relu(-|x|): outputs that never vary prove nothing. */
const alwaysZero = fileOf([
  { op_type: "Abs", input: ["x"], output: ["a"] },
  { op_type: "Neg", input: ["a"], output: ["b"] },
  { op_type: "Relu", input: ["b"], output: ["y"] },
]);

const importing = (file: Uint8Array) => (): Promise<readonly string[]> =>
  inFolder({ "x.onnx": file }, (cwd) => reportedCodes(["import", "x.onnx", "-o", "y.lfer"], cwd));

export const statsScenarios = {
  "stats/unreadable-record": counting({}, "m.lfer", "--against", "no-such-file.json"),
  "stats/not-a-record": counting({ "package.json": '{ "name": "x" }' }, "m.lfer", "--against", "package.json"),
  "stats/newer-record": counting({ "new.json": '{ "schemaVersion": 99 }' }, "m.lfer", "--against", "new.json"),
  "stats/same-name-twice": counting({ "two/a.lfer": model, "two/b.lfer": model }, "m.lfer", "--against", "two"),
  "onnx/not-a-model": counting({ "x.onnx": "no protocol buffer" }, "x.onnx"),
  "onnx/unknown-ops": counting({ "x.onnx": fileOf([{ ...convolution, op_type: "Einsum" }]) }, "x.onnx"),
  "onnx/unreadable-node": counting({ "x.onnx": fileOf([convolution], { input: ["N", 4, 8], initializer }) }, "x.onnx"),
  "onnx/unsupported-input": counting({ "x.onnx": fileOf([convolution], { type: 7, initializer }) }, "x.onnx"),
  "onnx/counted-as-float32": counting({ "x.onnx": fileOf([convolution], { type: 10, initializer }) }, "x.onnx"),
  "onnx/counted-without-preprocessing": () =>
    inFolder({ "p.lfer": classifier }, async (cwd) => {
      const built = await reportedCodes(
        ["build", "p.lfer", "-o", "p.onnx", "--no-verify", "--with-preprocessing"],
        cwd,
      );
      return [...built, ...(await reportedCodes(["stats", "p.onnx"], cwd))];
    }),
  "onnx/open-size": counting({ "x.onnx": fileOf([convolution], { input: ["N", 4, "h", 8], initializer }) }, "x.onnx"),
  "onnx/no-word-for-node": importing(fileOf([convolution], { type: 10, initializer })),
  "onnx/import-differs": importing(alwaysZero),
  "onnx/fixed-batch": counting({ "x.onnx": fileOf([convolution], { input: [8, 4, 8, 8], initializer }) }, "x.onnx"),
};
