import { entry } from "../../entry.js";

const good = { command: "lferc import model.onnx -o model.lfer" };

export const onnxImportedEntries = {
  "onnx/no-word-for-node": entry<{ path: string; node: string; opType: string; reason: string; needed: string }>({
    severity: "error",
    message: (h) => `${h.path}: ${h.opType} at "${h.node}" cannot be imported: ${h.reason}`,
    help: (h) => h.needed,
    explanation:
      "An imported text must compute what the file computes. Where the language cannot say a node, or a weight's numbers are not in the file as float32, nothing is written.",
    bad: { command: "lferc import quantised.onnx -o model.lfer" },
    good,
  }),
  "onnx/import-differs": entry<{ path: string; what: string }>({
    severity: "error",
    message: (h) => `${h.path}: the imported network is not proven equal to the file: ${h.what}`,
    help: () => "Nothing was written. Please report it with the file: this is a gap in `lferc import`.",
    explanation:
      "Before anything is written, the text is compiled again: its graph, parameters and counts must be those of the file, and its outputs in ONNX Runtime must agree with the file's within float32 rounding.",
    bad: { command: "lferc import odd.onnx -o model.lfer" },
    good,
  }),
} as const;
