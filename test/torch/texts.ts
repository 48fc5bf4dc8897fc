/** Networks in which the names, or what is shared, are what is hard. */
export const texts: Readonly<Record<string, string>> = {
  // Names that Python or nn.Module has for something else.
  names: `lfer 1

block Half(channels: int) on x {
  half = x -> conv(channels) -> batch_norm
  values = x -> conv(channels, kernel: 1) -> batch_norm
  weight to: float32[1, channels, 1, 1] = ones
  weight scale: float32[1, channels, 1, 1] = normal(std: 0.5)
  return (half + values * to) * scale -> relu
}

model Names {
  input image: float32[N, 3, 12, 12]
  lambda = image -> conv(4) -> batch_norm -> relu
  train = lambda -> Half(4) -> Half(6) -> Half(6)
  x = train -> conv(6) -> relu
  logits = x -> global_avg_pool -> flatten -> linear(3)
  output logits
}
`,
  // One layer at several places, also inside a block that gets it as an argument.
  shared: `lfer 1

block Encoder(channels: int) = conv(channels, stride: 2) -> batch_norm -> relu

block Around(inner: layer, channels: int) on x {
  main = x -> inner -> conv(channels, kernel: 1)
  return main + x
}

model Shared {
  input image: float32[N, 4, 16, 16]
  share encoder = Encoder(8)
  share same = conv(4) -> batch_norm
  left, right = split(image, parts: 2, axis: 3)
  both = concat(left -> encoder, right -> encoder)
  around = image -> Around(same, 4) -> Around(same, 4) -> same
  logits = concat(both -> global_avg_pool, around -> global_avg_pool) -> flatten -> linear(3)
  output logits
}
`,
  // A second output in training, constants, and sizes that differ from use to use.
  several: `lfer 1

block Unit(channels: int, stride: int = 1, slope: float = 0.1) on x {
  y = x -> conv(channels, stride: stride, padding: (0, 0, 1, 1)) -> batch_norm -> leaky_relu(slope)
  return y, y -> max_pool(2, stride: 1, padding: 0) -> global_avg_pool
}

fn curve on x = maximum(0.25, x) * vector([0.5, 1.5, 2.5]) - minimum(x, 2)

model Several {
  input image: float32[N, 3, 13, 11]
  first, small = image -> Unit(8, stride: 2)
  second, smaller = first -> Unit(16, slope: 0.2)
  third, smallest = second -> Unit(16, stride: 2)
  pooled = concat(small, smaller, smallest) -> flatten
  logits = pooled -> linear(3) -> curve
  early = first -> global_avg_pool -> flatten -> linear(3)
  output logits
  output early in training
}
`,
  // Dropout, and runs of equal units.
  deep: `lfer 1

block Unit(channels: int) = residual(conv(channels) -> batch_norm -> relu -> drop_path(0.2))

model Deep {
  input image: float32[N, 3, 9, 9]
  body = image -> conv(6) -> repeat(5, Unit(6)) -> conv(8, stride: 2) -> repeat(4, Unit(8))
  logits = body -> adaptive_avg_pool(2) -> flatten -> dropout(0.1) -> linear(3)
  output logits
}
`,
};

/** A shared layer that does another thing at its second place. */
export const sharedDifferently = `lfer 1

block Reduced(channels: int) on x = x -> conv(channels, stride: if height(x) > 8 then 2 else 1)

model M {
  input image: float32[N, 4, 16, 16]
  share reduced = Reduced(4)
  logits = image -> reduced -> reduced -> global_avg_pool -> flatten
  output logits
}
`;

/** A network that is another one in training. */
export const otherInTraining = `lfer 1

model M {
  input image: float32[N, 4, 16, 16]
  logits = image -> (if training then conv(4) else conv(4) -> relu) -> global_avg_pool -> flatten
  output logits
}
`;
