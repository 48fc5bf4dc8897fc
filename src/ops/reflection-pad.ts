import { borderPaddingOp } from "./border-padding.js";

/** The cell that stands at a place, before the map or behind it too. */
export const reflectedAt = (place: number, size: number): number => {
  const turned = Math.abs(place);
  return turned < size ? turned : 2 * (size - 1) - turned;
};

/** PyTorch's ReflectionPad2d: the border cells are not repeated. */
export const reflectionPad = borderPaddingOp({
  name: "reflection_pad",
  doc: "A map continued by its mirror image at the border cells.",
  mode: "reflect",
  cellAt: reflectedAt,
  most: (size) => size - 1,
});
