/** The drawn faces of faces.bin: pixels, one picture after the other, those to train on before those held out. */
import { normaliseInto } from "./lferc/data/normalise.js";
import { shownBy } from "./lferc/data/views.js";

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
function randomNumbers(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function faceSet({ size, labels, train }, bytes, { mean, std }) {
  const length = 3 * size * size;
  const imageAt = (index) => ({
    width: size,
    height: size,
    pixels: bytes.subarray(index * length, (index + 1) * length),
  });

  /** The pictures of an epoch in its order, some of them mirrored: the same for every engine. */
  function orderOf(epoch) {
    const random = randomNumbers(epoch + 1);
    const order = Array.from({ length: train }, (_, index) => ({
      index,
      view: random() < 0.5 ? "mirrored" : "as it is",
    }));
    for (let i = order.length - 1; i > 0; i--) {
      const other = Math.floor(random() * (i + 1));
      [order[i], order[other]] = [order[other], order[i]];
    }
    return order;
  }

  const planesOf = (entries) => {
    const planes = new Float32Array(entries.length * length);
    for (const [i, { index, view }] of entries.entries()) {
      normaliseInto(planes, i, shownBy(view, imageAt(index)), { mean, std });
    }
    return planes;
  };

  const heldOut = Array.from({ length: labels.length - train }, (_, i) => ({ index: train + i, view: "as it is" }));
  return {
    train,
    heldOut: heldOut.map(({ index }) => ({ image: imageAt(index), label: labels[index] })),
    heldOutPlanes: () => planesOf(heldOut),
    /** The batches of an epoch; what is left over is dropped, as the recipe says. */
    *batches(epoch, size, classCount) {
      const order = orderOf(epoch);
      for (let at = 0; at + size <= order.length; at += size) {
        const entries = order.slice(at, at + size);
        const target = new Float32Array(size * classCount);
        for (const [i, { index }] of entries.entries()) target[i * classCount + labels[index]] = 1;
        yield { image: planesOf(entries), target, labels: entries.map(({ index }) => labels[index]) };
      }
    },
  };
}
