/** Command lines that are being typed, in a folder with `small.lfer` and `sub folder/two.lfer`, and what shells offer there. */
export const files: Readonly<Record<string, string>> = {
  "small.lfer": `lfer 1

model Small(width: int = 8) {
  input image: float32[N, 3, 8, 8]
  logits = image -> conv(width)
  output logits
}

variant wide = Small(width: 16)

recipe Train(lr: float = 0.1) {
  student = Small
}

recipe Tune() {
  student = Smal
`,
  "sub folder/two.lfer": "lfer 1\n\nmodel Other {\n  input x: float32[N, 3]\n  y = x -> relu\n  output y\n}\n",
};

/** The words of the line; the last one is being typed. */
export interface CompletedLine {
  readonly words: readonly [string, ...string[]];
  readonly offered: readonly string[];
}

export const completedLines: readonly CompletedLine[] = [
  { words: ["ch"], offered: ["check"] },
  { words: ["fmt", "--d"], offered: ["--diff"] },
  { words: ["build", "small.lfer", "--no"], offered: ["--no-verify"] },
  { words: ["build", "small.lfer", "--target", "onnx"], offered: ["onnx", "onnx-train"] },
  { words: ["train", "small.lfer", "--engine", "tfjs-node"], offered: ["tfjs-node", "tfjs-node-gpu"] },
  { words: ["bench", "small.lfer", "--engine", "aut"], offered: ["auto"] },
  { words: ["stats", "small.lfer", "--format", "m"], offered: ["markdown"] },
  { words: ["stats", "small.lfer", "--model", ""], offered: ["Small", "wide"] },
  { words: ["build", "small.lfer", "-o", "x.onnx", "--model", "w"], offered: ["wide"] },
  { words: ["train", "small.lfer", "--recipe", ""], offered: ["Train", "Tune"] },
  { words: ["stats", ".", "--model", ""], offered: ["Other", "Small", "wide"] },
  { words: ["stats", "sub\\ folder/two.lfer", "--model", ""], offered: ["Other"] },
  { words: ["explain", "shape/not-d"], offered: ["shape/not-divisible"] },
  { words: ["check", "--deny", "lint/dead"], offered: ["lint/dead-taps"] },
  { words: ["check", "--deny", "warn"], offered: ["warnings"] },
  { words: ["completion", "z"], offered: ["zsh"] },
];
