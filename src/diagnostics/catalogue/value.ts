import { entry } from "../entry.js";

export const valueEntries = {
  "value/wrong-length": entry<{ what: string; expected: string; actual: number }>({
    severity: "error",
    message: (h) => `${h.what} takes ${h.expected} numbers, gets ${h.actual}`,
    help: () => "Give one number for all sides, or one for each in the order that the reference names.",
    explanation: "Sizes along several axes are lists with a fixed number of entries.",
    bad: `lfer 1

model M {
  input image: float32[N, 3, 32, 32]
  logits = image -> conv(8, padding: [1, 1, 1]) -> flatten
  output logits
}
`,
    good: `lfer 1

model M {
  input image: float32[N, 3, 32, 32]
  logits = image -> conv(8, padding: [1, 1, 1, 1]) -> flatten
  output logits
}
`,
  }),
} as const;
