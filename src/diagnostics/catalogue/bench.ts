import { entry } from "../entry.js";

const good = { command: "lferc bench model.onnx" };

export const benchEntries = {
  "bench/open-size": entry<{ path: string; input: string; axis: number; size: string }>({
    severity: "error",
    message: (h) => `${h.path}: axis ${h.axis} of input "${h.input}" has no size, only the name "${h.size}"`,
    help: () => "Export the model for a size; only the batch, the first axis, may be open: `--batch` says it.",
    explanation: "How long a model takes depends on the size of what goes in, and any guess would be a wrong figure.",
    bad: { command: "lferc bench any-size.onnx" },
    good,
  }),
  "bench/fixed-batch": entry<{ path: string; batch: number; asked: number }>({
    severity: "error",
    message: (h) => `${h.path} takes batches of ${h.batch} and no others; --batch asks for ${h.asked}`,
    help: () => "Leave `--batch` out, or build the file for that batch.",
    explanation:
      "A training step, or a model exported for one size, has its batch written into it. Figures of another batch than the one that was asked for would be taken for it.",
    bad: { command: "lferc bench step.onnx --batch 3" },
    good,
  }),
  "bench/unsupported-input": entry<{ path: string; input: string; type: string }>({
    severity: "error",
    message: (h) => `${h.path}: input "${h.input}" is ${h.type}, for which bench has no numbers`,
    help: () => "Measure the part of the model that takes numbers.",
    explanation: "Inputs are filled with numbers that look like a normalised picture; texts and sequences have none.",
    bad: { command: "lferc bench texts.onnx" },
    good,
  }),
  "bench/input-too-large": entry<{ path: string; input: string; elements: number; limit: number }>({
    severity: "error",
    message: (h) => `${h.path}: input "${h.input}" has ${h.elements} elements; bench makes at most ${h.limit}`,
    help: () => "Take a smaller `--batch`, or a smaller picture.",
    explanation: "A file may say any size; memory for it is not made unseen.",
    bad: { command: "lferc bench model.onnx --batch 100000000" },
    good,
  }),
  "bench/no-profile": entry<{ folder: string; reason: string }>({
    severity: "error",
    message: (h) => `ONNX Runtime's profile in ${h.folder} cannot be read: ${h.reason}`,
    help: () => "Look at the space that is left there, or let TMPDIR (TEMP on Windows) name another folder.",
    explanation: "Where the time goes is read from a file that ONNX Runtime writes, and removed at once.",
    bad: { command: "TMPDIR=/full/disk lferc bench model.onnx" },
    good,
  }),
} as const;
