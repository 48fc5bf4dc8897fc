import { entry } from "../entry.js";

const good = { command: "lferc build models/lfer_ldl.lfer -o network.svg --target svg --depth 2" };

export const pictureEntries = {
  "picture/too-many-boxes": entry<{ model: string; boxes: number; limit: number; depth: number }>({
    severity: "error",
    message: (h) => `${h.model} has ${h.boxes} boxes at depth ${h.depth}; one picture holds at most ${h.limit}`,
    help: (h) =>
      h.depth > 1
        ? `Fold more: a lower \`--depth\`, such as ${Math.max(1, Math.min(2, h.depth - 1))}, or leave it out for one that fits.`
        : "Write what repeats as blocks: each folds into one box.",
    explanation:
      "A picture of thousands of boxes is unreadable, and slow in browsers. Folded blocks show their total cost.",
    bad: { command: "lferc build a-network-of-thousands-of-layers.lfer -o network.svg --target svg --depth all" },
    good,
  }),
  "picture/too-tangled": entry<{ model: string; depth: number }>({
    severity: "error",
    message: (h) => `${h.model} has too many boxes at depth ${h.depth} with links across each other`,
    help: (h) => (h.depth > 1 ? "Use a lower `--depth`." : "Write parts of it as blocks: each folds into one box."),
    explanation:
      "Chains and branches are laid out fast, however long. Anything else needs a layout whose time grows much faster than the picture.",
    bad: { command: "lferc build a-web-of-a-thousand-layers.lfer -o network.svg --target svg --depth all" },
    good,
  }),
} as const;
