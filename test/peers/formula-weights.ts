/** The formula of test/peers/torchvision/make_reference.py, bit for bit; that file explains it. */

const blockSize = 16;

/** In [-1, 1): a hash of a tensor's ordinal and an element's index. */
export function unit(ordinal: number, index: number): number {
  let h = (Math.imul(index, 0x9e3779b1) + Math.imul(ordinal, 0x85ebca77) + 0x27d4eb2f) | 0;
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  h ^= h >>> 16;
  return (h >>> 0) / 2 ** 31 - 1;
}

/** The values of a tensor of torchvision's `state_dict`, row-major. `gain` is the network's. */
export function formulaValues(name: string, ordinal: number, shape: readonly number[], gain: number): Float32Array {
  const count = shape.reduce((product, dim) => product * dim, 1);
  const fanIn = shape.slice(1).reduce((product, dim) => product * dim, 1);
  const depthwise = shape.length === 4 && shape[1] === 1;
  const scale = Math.sqrt((3 * (depthwise ? 1 : gain)) / fanIn);
  const [offset, slope] = name.endsWith("running_var")
    ? [1, 1 / 2]
    : name.endsWith("running_mean") || name.endsWith("bias")
      ? [0, 1 / 8]
      : shape.length === 1
        ? [1, 1 / 4]
        : [0, scale];
  const values = new Float32Array(count);
  for (let index = 0; index < count; index++) values[index] = offset + slope * unit(ordinal, index);
  return values;
}

/** The picture that the networks are shown, [1, 3, size, size]. */
export function formulaInput(pictureSize = 224): Float32Array {
  const plane = pictureSize * pictureSize;
  const across = Math.floor(pictureSize / blockSize);
  return Float32Array.from({ length: 3 * plane }, (_, index) => {
    const channel = Math.floor(index / plane);
    const y = Math.floor(index / pictureSize) % pictureSize;
    const x = index % pictureSize;
    const block = (channel * across + Math.floor(y / blockSize)) * across + Math.floor(x / blockSize);
    return unit(9001, block) + unit(9002, index) / 2;
  });
}
