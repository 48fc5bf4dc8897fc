/** How to try the flags of `lferc data`. */
import { choices, type Walk } from "./walk-lines.js";

export const dataWalk: Walk = {
  line: { paths: ["faces"] },
  flags: {
    size: { lines: choices("--size", ["8", "112"]), hasDefault: true },
    sheet: {
      lines: choices("--sheet", ["a.svg", "a.html"]),
      refused: [[{ "--sheet": "a.png" }, "tool/wrong-usage"]],
    },
    manifest: {
      lines: choices("--manifest", ["a.json", "a.csv"]),
      refused: [[{ "--manifest": "a.txt" }, "tool/wrong-usage"]],
    },
    format: { lines: choices("--format", ["pretty", "json"]), hasDefault: true },
    for: {
      beside: { "--manifest": "a.csv", "--recipe": "Try" },
      lines: choices("--for", ["m.lfer"]),
      refused: [
        [{ "--for": "m.lfer", "--manifest": "a.json" }, "tool/wrong-usage"],
        [{ "--for": "m.lfer", "--size": "9" }, "tool/wrong-usage"],
      ],
    },
    recipe: {
      beside: { "--manifest": "a.csv", "--for": "m.lfer" },
      lines: choices("--recipe", ["Try"]),
      refused: [
        [{ "--for": undefined, "--recipe": "Try" }, "tool/wrong-usage"],
        [{ "--recipe": "Tyr" }, "recipe/unknown-recipe"],
      ],
    },
    set: {
      beside: { "--manifest": "a.csv", "--for": "m.lfer", "--recipe": "Try" },
      refused: [[{ "--set": "sise=8" }, "recipe/unknown-setting"]],
      lines: choices("--set", ["seed=5"]),
    },
  },
};
