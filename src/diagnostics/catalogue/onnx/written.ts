import { entry } from "../../entry.js";
import { writeFailure } from "../../file-failures.js";
import { installRuntime } from "../../install-runtime.js";

const build = "lferc build models/lfer_ldl.lfer -o model.onnx --target onnx";
const train = "lferc build models/lfer_ldl.lfer -o step.onnx --target onnx-train --recipe CrossEntropy";
const good = { command: build };
/** The package's own script, which would fetch files for CUDA on Linux, is told to leave them. */

const percent = (share: number): string => share.toExponential(1);

export const onnxEntries = {
  "onnx/unsupported-opset": entry<{ opset: number; oldest: number; newest: number }>({
    severity: "error",
    message: (h) => `lferc writes ONNX opsets ${h.oldest} to ${h.newest}, not ${h.opset}`,
    help: (h) => `Use \`--opset N\` with N from ${h.oldest} to ${h.newest}, or leave it out for 18.`,
    explanation:
      "Below the oldest one, operators that lferc uses are defined differently. Above the newest one, files could not be verified: the ONNX Runtime that lferc uses does not load them.",
    bad: { command: `${build} --opset 12` },
    good: { command: `${build} --opset 17` },
  }),

  "onnx/unsupported-level": entry<{ level: number; known: readonly number[] }>({
    severity: "error",
    message: (h) => `--optimize ${h.level} is not a level of this target: it has ${h.known.join(", ")}`,
    help: (h) => `Use \`--optimize ${h.known.at(-1)}\`, or leave it out.`,
    explanation:
      "Level 2 lays out channels for runtimes that store them in blocks, as ONNX Runtime does. TensorFlow.js does not, so level 2 is rejected there instead of doing the same as level 1.",
    bad: { command: "lferc build models/lfer_ldl.lfer -o out --target tfjs --optimize 2" },
    good: { command: `${build} --optimize 2` },
  }),

  "onnx/unsupported-target": entry<{ target: string; available: readonly string[] }>({
    severity: "error",
    message: (h) => `this version of lferc cannot build "${h.target}" yet`,
    help: (h) => `Available targets: ${h.available.join(", ")}.`,
    explanation: "The names of later targets are reserved, so that scripts that use them fail with a reason.",
    bad: { command: "lferc build models/lfer_ldl.lfer -o out --target triton" },
    good,
  }),

  "onnx/which-model": entry<{ path: string; choices: readonly string[]; flag: "--model NAME" | "PATH" }>({
    severity: "error",
    message: (h) =>
      h.choices.length === 0
        ? `${h.path} holds no model that can be built`
        : `${h.path} holds ${h.choices.length} models, and a build makes one file of one model`,
    help: (h) =>
      h.choices.length === 0
        ? "A model whose parameters all have values can be built: give them defaults, or name a variant."
        : `Say which with ${h.flag}: ${h.choices.join(", ")}.`,
    explanation: "A file has one output path, so it must be clear which model goes there.",
    bad: { command: "lferc build models -o model.onnx --target onnx" },
    good,
  }),

  "onnx/model-too-large": entry<{ model: string; bytes: number; limit: number }>({
    severity: "error",
    message: (h) => `${h.model} has ${h.bytes} bytes of weights; one ONNX file holds at most ${h.limit}`,
    help: () => "Make the network narrower: this is a compiler for light ones.",
    explanation: "Protocol buffers, the format of ONNX files, end at 2 GiB.",
    bad: good,
    good,
  }),

  "onnx/no-runtime": entry<{ reason: string }>({
    severity: "error",
    message: (h) => `onnxruntime-node cannot be loaded: ${h.reason}`,
    help: () => `To install it beside lfer: \`${installRuntime()}\`.`,
    explanation:
      "The engine `ort` trains on onnxruntime-node, the native ONNX Runtime. It is optional, and some platforms have no build of it: ONNX Runtime in WebAssembly, which is part of lfer, replaces it in `train`, `predict`, `bench` and the verification of a build, and is slower.",
    bad: { command: "lferc train models/lfer_ldl.lfer --recipe CrossEntropy --engine ort" },
    good: { command: "lferc train models/lfer_ldl.lfer --recipe CrossEntropy --engine ort-wasm" },
  }),

  "onnx/no-webassembly": entry<{ reason: string }>({
    severity: "error",
    message: (h) => `ONNX Runtime in WebAssembly does not run here: ${h.reason}`,
    help: () =>
      `It is part of lfer: reinstall lfer if a file of it is missing. The native one is faster: \`${installRuntime()}\`.`,
    explanation:
      "Where onnxruntime-node cannot be loaded, ONNX Runtime runs in WebAssembly. It needs a Node with WebAssembly, and 4 GiB of address space.",
    bad: { command: "lferc predict model.onnx photo.jpg" },
    good: { command: "lferc info" },
  }),

  "onnx/worker-thread": entry<{ setting: string }>({
    severity: "error",
    message: (h) =>
      `a worker thread cannot load onnxruntime-node without its telemetry: the process has no ${h.setting}`,
    help: (h) =>
      `Start the process with ${h.setting}, or set it in \`process.env\` of the main thread before the worker starts.`,
    explanation:
      "ONNX Runtime sends usage data to its maker unless the environment of the process forbids it. lfer forbids it before it loads the library, but what a worker thread writes to `process.env` never reaches native code. Only programs that use lfer as a library can get this error.",
    bad: { command: "node -e 'new Worker(\"./builds-a-model.js\", { env: {} })'" },
    good: { command: "ORT_DISABLE_TELEMETRY=1 node builds-models-in-workers.js" },
  }),

  "onnx/output-is-input": entry<{ path: string }>({
    severity: "error",
    message: (h) => `${h.path} is one of the files that the build reads; it would be overwritten`,
    help: () => "Choose another `-o`.",
    explanation: "A build never overwrites the sources and weights that it was made from.",
    bad: { command: "lferc build models/lfer_ldl.lfer -o models/lfer_ldl.lfer --target onnx" },
    good,
  }),
  "onnx/weights-not-finite": entry<{ model: string; weight: string; value: number }>({
    severity: "error",
    message: (h) => `the weights of ${h.model} cannot be used: ${h.weight} becomes ${h.value}`,
    help: () =>
      "A variance below zero or weights near the largest float cause this: the file is damaged or its training diverged. Use an earlier checkpoint.",
    explanation: "Verification runs the graph on probe weights; the weights that are written must at least be finite.",
    bad: { command: "lferc build model.lfer -o model.onnx --weights negative-variance.safetensors" },
    good,
  }),

  "onnx/cannot-write-file": entry<{ path: string; code: string; existed: boolean; isOneOfTwo: boolean }>({
    severity: "error",
    message: (h) => `cannot write ${h.path}: ${writeFailure(h.code)}`,
    help: (h) =>
      h.existed
        ? "The old file is as it was. Choose another `-o`, or make it writable."
        : h.isOneOfTwo
          ? "Choose another `-o`: it names two files beside each other."
          : "Choose another `-o`; `-o -` with `--target` writes to standard output, for a pipe.",
    explanation:
      "A file is written under a temporary name and renamed when complete, so a failure never harms the old one.",
    bad: { command: "lferc build models/lfer_ldl.lfer -o no/such/folder/model.onnx --target onnx" },
    good,
  }),

  "onnx/optimiser-differs": entry<{ model: string; output: string; input: string; error: number; allowed: number }>({
    severity: "error",
    message: (h) =>
      `${h.model}: the optimised graph is wrong: output "${h.output}" differs from the reference by ${percent(h.error)} of its norm (allowed: ${percent(h.allowed)}; ${h.input}, batch 2, probe weights); nothing was written`,
    help: () =>
      "This is a bug in lferc: please report it with the source file. `--optimize 0` builds without the rewrites.",
    explanation:
      "Before a file is written, the rewritten graph is compared in double precision with the original graph, on weights with which every layer affects the outputs.",
    bad: good,
    good: { command: `${build} --optimize 0` },
  }),

  "onnx/runtime-differs": entry<{ model: string; output: string; input: string; error: number; allowed: number }>({
    severity: "error",
    message: (h) =>
      `${h.model}: ONNX Runtime's output "${h.output}" differs from the reference by ${percent(h.error)} of its norm (allowed: ${percent(h.allowed)}; ${h.input}, batch 2, probe weights); nothing was written`,
    help: () =>
      "Please report it with the source file. `--optimize 0` or another `--opset` may avoid it; `--no-verify` writes the file unchecked.",
    explanation:
      "ONNX Runtime runs the bytes to be written with probe weights; the outputs are compared with the reference interpreter's. The tolerance is measured on the network itself: how much its outputs change when every weight and input changes by one last digit of float32.",
    bad: good,
    good: { command: `${build} --optimize 0` },
  }),

  "onnx/step-differs": entry<{ model: string; part: string; input: string; error: number; allowed: number }>({
    severity: "error",
    message: (h) =>
      `${h.model}: ONNX Runtime's training step differs from the reference: ${h.part} by ${percent(h.error)} of its norm (allowed: ${percent(h.allowed)}; ${h.input}, probe weights); nothing was written`,
    help: () =>
      "Please report it with the source file. Another `--opset` may avoid it; `--no-verify` writes the file unchecked.",
    explanation:
      "The step is run by ONNX Runtime for a small picture and a small batch, and each of its ops is compared with the float64 reference on the same numbers; rounding is allowed for.",
    bad: { command: `${train} --opset 18` },
    good: { command: `${train} --opset 17` },
  }),

  "onnx/no-preprocessing": entry<{ model: string; reason: string }>({
    severity: "error",
    message: (h) => `${h.model} takes no preprocessing inside: ${h.reason}`,
    help: () => "Declare the input as `picture(...)` and one output [N, classes] with `labels(...)`.",
    explanation:
      "A file with preprocessing inside takes one picture and gives the probabilities of its classes, as `predict` does. The size, the normalisation and the classes are what the source says of them.",
    bad: { command: "lferc build two_inputs.lfer -o model.onnx --with-preprocessing" },
    good: { command: `${build} --with-preprocessing` },
  }),

  "onnx/picture-too-large": entry<{ height: number; width: number; most: number; limit: number }>({
    severity: "error",
    message: (h) => `resizing ${h.height} x ${h.width} takes ${h.most} numbers at once; at most ${h.limit}`,
    help: () => "State a smaller size, and let the program that decodes the picture shrink it before.",
    explanation:
      "Inside a file, each pass of a resize holds all source pixels of each target pixel. For very large pictures that takes gigabytes, in every runtime.",
    bad: { command: `${build} --with-preprocessing=20000x20000` },
    good: { command: `${build} --with-preprocessing=480x640` },
  }),

  "onnx/preprocessing-differs": entry<{ model: string; error: number; allowed: number }>({
    severity: "error",
    message: (h) =>
      `with preprocessing inside, ${h.model} differs from predict by ${percent(h.error)}; allowed ${percent(h.allowed)}`,
    help: () => "Please report this: it is a bug in lferc or in ONNX Runtime.",
    explanation:
      "Before a file with preprocessing inside is written, its probabilities for two pictures are compared with those that `predict` computes from the network alone. They may differ by 1e-6, or by a multiple of what the last digit of the input changes.",
    bad: { command: `${build} --with-preprocessing` },
    good: { command: `${build} --with-preprocessing --no-verify` },
  }),

  "onnx/runtime-refuses": entry<{ model: string; reason: string }>({
    severity: "error",
    message: (h) => `${h.model}: ONNX Runtime refuses the model: ${h.reason}; nothing was written`,
    help: () =>
      "Try an older `--opset`, or another version of onnxruntime-node; `--no-verify` writes the file unchecked.",
    explanation: "A file that the most used runtime cannot load is useless, so loading it is part of the build.",
    bad: good,
    good: { command: `${build} --opset 17` },
  }),

  "onnx/nothing-to-compare": entry<{
    model: string;
    output: string;
    variation: number | undefined;
    noise: number | undefined;
  }>({
    severity: "error",
    message: (h) => {
      const what =
        h.noise !== undefined
          ? `moves by ${percent(h.noise)} of its norm when weights and inputs change in their last digit, with any probe weights`
          : h.variation === undefined
            ? "has values that are not finite on the probe weights and inputs"
            : `does not depend on the input (it varies by ${percent(h.variation)} of its norm)`;
      return `${h.model}: output "${h.output}" ${what}, so the build cannot be verified; nothing was written`;
    },
    help: (h) =>
      h.noise !== undefined
        ? "No two float32 engines agree on such an output: norms between the layers keep it in bounds. `--no-verify` writes the file unchecked."
        : h.variation === undefined
          ? "A logarithm, a root, a power or a quotient gets a number outside its domain: clip its input. `--no-verify` writes the file unchecked."
          : "Is the output connected to the picture, past every activation? `--no-verify` writes the file unchecked.",
    explanation: "If outputs are constant, not finite or only rounding error, comparing them proves nothing.",
    bad: good,
    good: { command: `${build} --no-verify` },
  }),
} as const;
