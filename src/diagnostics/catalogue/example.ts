/** A whole file around the statements of a small model that binds `logits`. */
export function inModel(statements: string, before = ""): string {
  const lines = statements
    .trim()
    .split("\n")
    .map((line) => `  ${line.trim()}\n`)
    .join("");
  const declarations = before === "" ? "" : `${before.trim()}\n\n`;
  return `lfer 1\n\n${declarations}model M {\n  input image: float32[N, 3, 32, 32]\n${lines}  output logits\n}\n`;
}
