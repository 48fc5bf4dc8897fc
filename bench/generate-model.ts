/** A model of about `layers` layers, written flat: as many lines as layers, so that text and graph grow together. */
export function flatModel(layers: number): string {
  const rows: string[] = [];
  for (let i = 0; i < layers; i += 2) {
    rows.push(`  x${i + 2} = x${i} -> conv(8) -> relu`);
  }
  return `lfer 1

model Flat {
  input image: float32[N, 3, 16, 16]
  x0 = image -> conv(8)
${rows.join("\n")}
  logits = x${2 * Math.ceil(layers / 2)} -> global_avg_pool -> flatten
  output logits
}
`;
}

/** The same network in a few lines: the graph grows, the text does not. */
export function repeatedModel(layers: number): string {
  const units = Math.ceil(layers / 2);
  // Nested, because the count of a repeat is limited.
  const inner = Math.min(units, 100);
  return `lfer 1

block Unit = conv(8) -> relu
block Group = repeat(${inner}, Unit)

model Repeated {
  input image: float32[N, 3, 16, 16]
  logits = image -> conv(8) -> repeat(${Math.ceil(units / inner)}, Group) -> global_avg_pool -> flatten
  output logits
}
`;
}
