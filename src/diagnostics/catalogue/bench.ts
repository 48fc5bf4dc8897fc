import { entry } from "../entry.js";

const good = { command: "lferc bench model.onnx" };

export const benchEntries = {
  "bench/open-size": entry<{ path: string; input: string; axis: number; size: string }>({
    severity: "error",
    message: (h) => `${h.path}: axis ${h.axis} of input "${h.input}" has no size, only the name "${h.size}"`,
    help: () => "Export the model with fixed sizes. Only the batch, the first axis, may be open: `--batch` sets it.",
    explanation: "How long a model takes depends on the size of its input, and a guess would give a wrong figure.",
    bad: { command: "lferc bench any-size.onnx" },
    good,
  }),
  "bench/fixed-batch": entry<{ path: string; batch: number; asked: number }>({
    severity: "error",
    message: (h) => `${h.path} has a fixed batch of ${h.batch}; --batch asks for ${h.asked}`,
    help: () => "Leave `--batch` out, or build the file for that batch.",
    explanation:
      "A training step, or a model exported for one size, has a fixed batch. Another `--batch` is rejected, since the times would be those of the fixed batch.",
    bad: { command: "lferc bench step.onnx --batch 3" },
    good,
  }),
  "bench/unsupported-input": entry<{ path: string; input: string; type: string }>({
    severity: "error",
    message: (h) => `${h.path}: input "${h.input}" is ${h.type}, which bench cannot fill`,
    help: () => "Measure the part of the model that takes numbers.",
    explanation:
      "bench fills inputs with numbers like those of a normalised picture; it cannot fill strings and sequences.",
    bad: { command: "lferc bench texts.onnx" },
    good,
  }),
  "bench/input-too-large": entry<{ path: string; input: string; elements: number; limit: number }>({
    severity: "error",
    message: (h) => `${h.path}: input "${h.input}" has ${h.elements} elements; bench allocates at most ${h.limit}`,
    help: () => "Use a smaller `--batch`, or a smaller picture.",
    explanation: "A file may declare any size, so it is checked before memory is allocated.",
    bad: { command: "lferc bench model.onnx --batch 100000000" },
    good,
  }),
  "bench/no-profile": entry<{ folder: string; reason: string }>({
    severity: "error",
    message: (h) => `ONNX Runtime's profile in ${h.folder} cannot be read: ${h.reason}`,
    help: () => "Check the free space there, or set TMPDIR (TEMP on Windows) to another folder.",
    explanation: "Where the time goes is read from a file that ONNX Runtime writes; it is then removed.",
    bad: { command: "TMPDIR=/full/disk lferc bench model.onnx" },
    good,
  }),
} as const;
