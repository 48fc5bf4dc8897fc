import { entry } from "../../entry.js";

const build = "lferc build models/lfer_ldl.lfer --target tfjs-train --recipe CrossEntropy -o step.mjs";
const good = { command: build };
const percent = (share: number): string => share.toExponential(1);

/** What keeps a training step from being written for TensorFlow.js. */
export const tfjsTrainEntries = {
  "tfjs/step-differs": entry<{
    model: string;
    runtime: string;
    part: string;
    input: string;
    error: number;
    allowed: number;
  }>({
    severity: "error",
    message: (h) =>
      `${h.model}: the training step in ${h.runtime} differs from the reference: ${h.part} by ${percent(h.error)} of its norm (allowed: ${percent(h.allowed)}${h.input === "" ? "" : `; ${h.input}, probe weights`}); nothing was written`,
    help: () =>
      "Please report it with the source file, and with the name and version of the TensorFlow.js. `--no-verify` writes the module unchecked.",
    explanation:
      "The printed step is run by the TensorFlow.js that is installed, for a small picture and a small batch, and each of its ops is compared with the float64 reference on the same numbers; rounding is allowed for. What the module begins with must be what lferc draws.",
    bad: good,
    good: { command: `${build} --no-verify` },
  }),

  "tfjs/refuses-step": entry<{ model: string; runtime: string; reason: string }>({
    severity: "error",
    message: (h) => `${h.model}: ${h.runtime} cannot run the training step: ${h.reason}; nothing was written`,
    help: () =>
      "Another version of that package may, or another of @tensorflow/tfjs-node and @tensorflow/tfjs. `--no-verify` writes the module unchecked.",
    explanation:
      "A module that the installed TensorFlow.js cannot run is useless there, so running it is part of the build.",
    bad: good,
    good: { command: `${build} --no-verify` },
  }),

  "tfjs/weights-too-large": entry<{ model: string; bytes: number; limit: number }>({
    severity: "error",
    message: (h) => `${h.model} has ${h.bytes} bytes of weights; a module takes at most ${h.limit} as text`,
    help: () => "Leave `--weights` out, and pass the weights to `initialState(tf, values)` when the program starts.",
    explanation: "The weights of a file stand in the module as text, and JavaScript has a limit for a text's length.",
    bad: { command: `${build} --weights large.safetensors` },
    good,
  }),
} as const;
