import { borderPaddingOp } from "./border-padding.js";
/** PyTorch's ReflectionPad2d: the border cells are not repeated. */
export const reflectionPad = borderPaddingOp({
  name: "reflection_pad",
  doc: "A map continued by its mirror image at the border cells.",
  mode: "reflect",
  torchMode: "reflect",
  cellAt: (place, size) => {
    const turned = Math.abs(place);
    return turned < size ? turned : 2 * (size - 1) - turned;
  },
  most: (size) => size - 1,
});
