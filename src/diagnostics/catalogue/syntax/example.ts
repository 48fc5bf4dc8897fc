/** A model around `lines`, whose result is `logits`. */
export const model = (...lines: readonly string[]): string => `lfer 1

model M {
  input image: float32[N, 3, 32, 32]
${lines.map((line) => `  ${line}\n`).join("")}  output logits
}
`;
export const plain = model("logits = image -> conv(8)");
