import { encodePng } from "../../src/data/png.js";
import { reportedCodes } from "../support/in-process.js";
import { inFolder } from "../support/lferc.js";
import type { Scenario } from "./command-scenarios.js";

const model = (body: string, labels = `: labels(["surprise", "happiness", "neutral"])`): string => `lfer 1

model M {
  input image: float32[N, 3, 12, 12] = picture(mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25])
  logits = image -> ${body}
  output logits${labels}
}
`;

const black = encodePng({ width: 12, height: 12, pixels: new Uint8Array(3 * 12 * 12) });
const blacks = (count: number) =>
  Object.fromEntries(
    ["surprise", "happiness", "neutral"].flatMap((name) =>
      Array.from({ length: count }, (_, i) => [`black/${name}/${i}.png`, black] as const),
    ),
  );

const quantising =
  (text: string, data: string, ...args: readonly string[]): Scenario =>
  () =>
    inFolder({ "m.lfer": text, ...(data === "black" ? blacks(10) : data === "few" ? renamed(blacks(1)) : {}) }, (cwd) =>
      reportedCodes(
        ["build", "m.lfer", "-o", "m.onnx", "--no-verify", "--quantize", "int8", "--calibrate", data, ...args],
        cwd,
      ),
    );

const renamed = (files: Readonly<Record<string, Uint8Array>>) =>
  Object.fromEntries(Object.entries(files).map(([name, bytes]) => [name.replace("black", "few"), bytes]));

const usual = "conv(8, stride: 2) -> relu -> flatten -> linear(3)";

export const quantisedScenarios: Readonly<Record<string, Scenario>> = {
  "onnx/quantize-too-few-pictures": quantising(model(usual), "few"),
  "onnx/quantize-flat": quantising(model(usual), "black"),
  "onnx/quantize-not-finite": quantising(
    model(usual).replace("image -> conv", "((image -> conv(4)) * 1e38) * 1e38 -> conv"),
    "generated",
  ),
  "onnx/quantize-nothing": quantising(model("global_avg_pool -> conv(3) -> flatten"), "generated"),
  "onnx/quantize-no-classifier": quantising(model(usual, ""), "generated"),
  // Scores that are nearly equal: the mean of what is nearly zero everywhere.
  "onnx/quantize-not-kept": quantising(
    model("conv(3, bias: false) -> global_avg_pool -> flatten"),
    "generated",
    "--keep-accuracy",
    "100",
  ),
};
