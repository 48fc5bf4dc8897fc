/** A small network with each block of std/, and with each function there that takes a tensor: by its name. */
export const stdNetworks: Readonly<Record<string, string>> = {
  pixel_shuffle: "image -> conv(8, kernel: 1) -> batch_norm -> pixel_shuffle(2) -> conv(4)",
  pixel_unshuffle: "image -> conv(4, kernel: 1) -> batch_norm -> pixel_unshuffle(2) -> conv(5, kernel: 1)",
  roll: "image -> conv(6) -> batch_norm -> roll(by: 3, axis: 3) -> conv(5)",
  windows: "image -> conv(6) -> batch_norm -> windows(7) -> conv(6) -> relu -> from_windows(2, 2) -> conv(4)",
  from_windows: "image -> conv(6) -> windows(2) -> batch_norm -> relu -> from_windows(7, 7) -> conv(4)",
  SqueezeExcite: "image -> conv(8) -> batch_norm -> SqueezeExcite(reduction: 2) -> conv(4)",
  EffectiveSqueezeExcite: "image -> conv(6) -> batch_norm -> EffectiveSqueezeExcite -> conv(4)",
  ChannelNeighbours: "image -> conv(6) -> batch_norm -> ChannelNeighbours -> conv(4)",
  ChannelAttention: "image -> conv(8) -> batch_norm -> ChannelAttention(reduction: 2) -> conv(4)",
  SpatialAttention: "image -> conv(6) -> batch_norm -> SpatialAttention(kernel: 3) -> conv(4)",
  Cbam: "image -> conv(8) -> batch_norm -> Cbam(reduction: 2, kernel: 3) -> conv(4)",
  // 7 * 7 tokens and one more.
  with_token:
    "image -> conv(6, stride: 2) -> batch_norm -> to_tokens -> Begun -> SelfAttention(heads: 2) -> to_map(height: 5)",
  to_tokens: "image -> conv(6, stride: 2) -> batch_norm -> to_tokens -> linear(5) -> to_map(height: 7)",
  to_map: "image -> conv(6, stride: 2) -> to_tokens -> layer_norm -> to_map(height: 7) -> conv(4)",
  SelfAttention:
    "image -> conv(6, stride: 2) -> batch_norm -> to_tokens -> SelfAttention(heads: 2) -> to_map(height: 7)",
  TransformerUnit:
    "image -> conv(6, stride: 2) -> batch_norm -> to_tokens -> TransformerUnit(heads: 2, ratio: 2) -> to_map(height: 7)",
  BasicUnit:
    "image -> conv(6) -> batch_norm -> relu -> BasicUnit(6) -> BasicUnit(8, stride: 2, gates: [SpatialAttention(3)])",
  BottleneckUnit:
    "image -> conv(8) -> batch_norm -> relu -> BottleneckUnit(8) -> BottleneckUnit(12, stride: 2, width: 4, groups: 2)",
  Separable:
    "image -> conv(6, kernel: 1) -> batch_norm -> Separable(8, stride: 2) -> Separable(5, kernel: 5, activation: silu)",
  ConvNorm: "image -> ConvNorm(8) -> ConvNorm(6, stride: 2, groups: 2, activation: hard_swish)",
  Unit: "image -> conv(8) -> batch_norm -> relu -> Unit(8) -> Unit(8)",
  DownUnit: "image -> conv(8) -> batch_norm -> relu -> DownUnit(12) -> Unit(12)",
};
