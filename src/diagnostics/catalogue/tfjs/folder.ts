import { entry } from "../../entry.js";
import { writeFailure } from "../../file-failures.js";

const build = "lferc build models/lfer_ldl.lfer --target tfjs -o model";
const good = { command: build };

const percent = (share: number): string => share.toExponential(1);

export interface Differs {
  readonly model: string;
  readonly output: string;
  readonly input: string;
  readonly error: number;
  readonly allowed: number;
}

export const tfjsEntries = {
  "tfjs/kernels-differ": entry<Differs>({
    severity: "error",
    message: (h) =>
      `${h.model}: its kernels of TensorFlow.js are wrong: output "${h.output}" differs from the reference by ${percent(h.error)} of its norm (allowed: ${percent(h.allowed)}; ${h.input}, batch 2, probe weights); nothing was written`,
    help: () =>
      "This is a bug in lferc: please report it with the source file. `--optimize 0` builds without rewrites.",
    explanation:
      "Before a folder is written, the network as kernels of TensorFlow.js is computed in double precision and compared with the graph of the source, on weights that make every layer matter. This needs no TensorFlow.js.",
    bad: good,
    good: { command: `${build} --optimize 0` },
  }),

  "tfjs/runtime-differs": entry<Differs & { readonly runtime: string }>({
    severity: "error",
    message: (h) =>
      `${h.model}: output "${h.output}" of ${h.runtime} differs from the reference by ${percent(h.error)} of its norm (allowed: ${percent(h.allowed)}; ${h.input}, batch 2, probe weights); nothing was written`,
    help: () =>
      "Please report it with the source file. `--optimize 0` may avoid it; `--no-verify` writes the folder unchecked.",
    explanation:
      "If a TensorFlow.js is installed, it loads the files to be written, with probe weights; its outputs are compared with the reference interpreter's. The tolerance is measured on the network itself: how far its outputs move when every weight and input is off by its last float32 digit.",
    bad: good,
    good: { command: `${build} --optimize 0` },
  }),

  "tfjs/runtime-refuses": entry<{ model: string; runtime: string; reason: string }>({
    severity: "error",
    message: (h) => `${h.model}: ${h.runtime} refuses the model: ${h.reason}; nothing was written`,
    help: () => "Please report it with the source file; `--no-verify` writes the folder unchecked.",
    explanation: "A model that TensorFlow.js cannot load is useless, so loading it is part of the build.",
    bad: good,
    good: { command: `${build} --no-verify` },
  }),

  "tfjs/not-a-model-folder": entry<{ path: string }>({
    severity: "error",
    message: (h) => `${h.path} is there already, and is no folder that lferc wrote a TensorFlow.js model into`,
    help: () => "Choose another `-o`, or remove what is there.",
    explanation:
      "The folder of a TensorFlow.js model is replaced as a whole, so that no file of an older model stays in it. That is done only to folders with nothing in them but such a model.",
    bad: { command: "lferc build models/lfer_ldl.lfer --target tfjs -o models" },
    good,
  }),

  "tfjs/cannot-write-folder": entry<{ path: string; code: string; existed: boolean }>({
    severity: "error",
    message: (h) => `cannot write the folder ${h.path}: ${writeFailure(h.code)}`,
    help: (h) =>
      h.existed
        ? "The old folder is as it was. Choose another `-o`, or make it writable."
        : "Choose another `-o`: the folder above it must be there.",
    explanation:
      "A folder is written under a temporary name and renamed when complete, so a failure never harms the old one.",
    bad: { command: "lferc build models/lfer_ldl.lfer --target tfjs -o no/such/folder/model" },
    good,
  }),
} as const;
