import { entry } from "../../entry.js";

const build = "lferc build examples/faces.lfer -o model.onnx --weights best.safetensors";
const quantize = `${build} --quantize int8`;
const good = { command: `${quantize} --calibrate faces` };

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

export const quantisedEntries = {
  "onnx/quantize-too-few-pictures": entry<{ data: string; count: number; least: number; skipped: number }>({
    severity: "error",
    message: (h) =>
      `${h.data} has ${h.count} ${h.skipped === 0 ? "" : "readable "}pictures for calibrating; at least ${h.least} are needed`,
    help: () => "Give `--calibrate` a folder of typical pictures, a hundred or more: training pictures will do.",
    explanation:
      "The ranges of all tensors are taken from these pictures, and the result is measured on a part of them. From a few pictures neither can be known.",
    bad: { command: `${quantize} --calibrate few-faces` },
    good,
  }),
  "onnx/quantize-flat": entry<{ data: string; model: string; count: number }>({
    severity: "error",
    message: (h) => `${h.model} gives the same output for all ${h.count} pictures of ${h.data}`,
    help: () =>
      "Give `--calibrate` pictures like those that the model will see, and check the weights with `lferc eval`.",
    explanation:
      "Pictures that are all alike, for example all black, do not tell which numbers a tensor can hold. Other pictures would be cut off at the ranges of these.",
    bad: { command: `${quantize} --calibrate black` },
    good,
  }),
  "onnx/quantize-not-finite": entry<{ model: string; tensor: string }>({
    severity: "error",
    message: (h) => `${h.model} has numbers that are not finite in "${h.tensor}" for a calibration picture`,
    help: () => "Look for it with `lferc eval` on the same pictures: the float32 model is broken there too.",
    explanation: "A tensor with an infinite number has no range.",
    bad: { command: `${quantize} --calibrate faces` },
    good,
  }),
  "onnx/quantize-nothing": entry<{ model: string }>({
    severity: "error",
    message: (h) => `${h.model} has no layer that could run on 8-bit numbers`,
    help: () => "Leave `--quantize` out. Convolutions and matrix products with weights are quantised.",
    explanation:
      "A convolution that makes the model's output stays float32, since scores of 8 bits would often be equal. A model that has no other layer gains nothing.",
    bad: { command: "lferc build models/one_layer.lfer -o model.onnx --quantize int8 --calibrate faces" },
    good,
  }),
  "onnx/quantize-no-classifier": entry<{ model: string }>({
    severity: "error",
    message: (h) => `${h.model} is no classifier of one picture, which is all that --quantize can measure`,
    help: () => "It needs one input `picture(...)` of a fixed size and an output with `labels(...)`.",
    explanation:
      "A quantised model is compared with the float32 one by the classes that they predict for pictures. Without a picture input, or without classes, there is no such measure.",
    bad: { command: "lferc build models/unet.lfer -o model.onnx --quantize int8 --calibrate faces" },
    good,
  }),
  "onnx/quantize-not-kept": entry<{ model: string; asked: number; best: number }>({
    severity: "error",
    message: (h) =>
      `${h.model} does not keep ${h.asked} %: with only its least sensitive layer as int8, ${percent(h.best)} of the answers are the same`,
    help: () => "Ask for less, try another `--calibration`, or calibrate with more pictures.",
    explanation:
      "With `--keep-accuracy`, sensitive layers stay float32 until the measured agreement is reached. If even one layer is too much, the file would only be slower.",
    bad: { command: `${quantize} --calibrate faces --keep-accuracy 100` },
    good,
  }),
};
