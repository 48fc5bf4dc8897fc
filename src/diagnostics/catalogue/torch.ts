import { entry } from "../entry.js";

const build = "lferc build models/lfer_ldl.lfer --target torch -o lfer";
const good = { command: build };

export const torchEntries = {
  "torch/shared-differently": entry<{ model: string; layer: string; path: string }>({
    severity: "error",
    message: (h) =>
      `${h.model}: the shared layer "${h.layer}" does another thing at "${h.path}" than at first, and a layer of PyTorch does only one`,
    help: () => "Share a layer whose stride, padding and other arguments are the same at each use.",
    explanation:
      "In a module of PyTorch, a layer has its weights and its settings. A shared layer that reads the size of its input may set another stride or padding with the same weights at its second use, which such a module cannot express.",
    bad: { command: "lferc build shared.lfer --target torch -o shared" },
    good,
  }),

  "torch/training-differs": entry<{ model: string }>({
    severity: "error",
    message: (h) => `${h.model}: in training it is another network than at inference, and one module is only one`,
    help: () => "Build each form by itself from a source in which `training` decides about outputs alone.",
    explanation:
      "model.py contains the network in training. At inference it leaves out outputs `in training`, and batch norms and dropout change as PyTorch's do. A network in which `training` decides about other things would need two modules.",
    bad: { command: "lferc build trained.lfer --target torch -o trained" },
    good,
  }),
} as const;
