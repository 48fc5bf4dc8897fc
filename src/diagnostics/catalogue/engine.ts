import { entry } from "../entry.js";

export const engineEntries = {
  "engine/no-tfjs-node": entry<{ reason: string }>({
    severity: "error",
    message: (h) => `@tensorflow/tfjs-node cannot be loaded: ${h.reason}`,
    help: () =>
      "Install it beside lfer: `npm install @tensorflow/tfjs-node@4.22.0`. It downloads libtensorflow; where it cannot, train on the engine `ort`.",
    explanation:
      "The engine `tfjs-node` trains on TensorFlow.js with its native library. Nothing else needs that package, so it is never installed with lfer.",
    bad: { command: "lferc train model.lfer --recipe Plain --engine tfjs-node" },
    good: { command: "npm install @tensorflow/tfjs-node@4.22.0" },
  }),
} as const;
