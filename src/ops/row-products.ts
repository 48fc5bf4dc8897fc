/**
 * The inner loop of convolutions, linear layers and matrix products: dot products of rows with rows. Each sum runs from the
 * first number to the last, so that a sample's result does not depend on its batch.
 */

/** `count` contiguous rows of `length` numbers, from `start` on. */
export interface Rows {
  readonly data: Float64Array;
  readonly start: number;
  readonly count: number;
}

/**
 * Numbers of the right side that are kept in the cache while all left rows are processed: 256 KiB, less than a core's own
 * cache.
 */
const nearNumbers = 2 ** 15;

/**
 * out[base + l * right.count + r] += left[l] . right[r]. Four left rows times two right ones at a time, so that a loaded number
 * is used several times: three times as fast as one by one. At the end, missing rows are the last one again, computed and
 * written twice.
 */
export function addRowProducts(out: Float64Array, base: number, left: Rows, right: Rows, length: number): void {
  const panel = Math.max(2, 2 * Math.floor(nearNumbers / (2 * Math.max(1, length))));
  for (let from = 0; from < right.count; from += panel) {
    addPanel(out, base, left, right, length | 0, from, Math.min(from + panel, right.count));
  }
}

function addPanel(out: Float64Array, base: number, left: Rows, right: Rows, length: number, from: number, to: number) {
  const { data: a } = left;
  const { data: b } = right;
  // `| 0`: V8 treats sizes that came from a division as floating-point, and then every index computed from them.
  const [startA, startB, countB] = [left.start | 0, right.start | 0, right.count | 0];
  const [lastA, lastB, start] = [(left.count - 1) | 0, (to - 1) | 0, base | 0];
  for (let l = 0; l <= lastA; l += 4) {
    const [l1, l2, l3] = [Math.min(l + 1, lastA) | 0, Math.min(l + 2, lastA) | 0, Math.min(l + 3, lastA) | 0];
    const a0 = startA + l * length;
    const a1 = startA + l1 * length;
    const a2 = startA + l2 * length;
    const a3 = startA + l3 * length;
    const o0 = start + l * countB;
    const o1 = start + l1 * countB;
    const o2 = start + l2 * countB;
    const o3 = start + l3 * countB;
    for (let r = from; r < to; r += 2) {
      const s = Math.min(r + 1, lastB) | 0;
      const b0 = startB + r * length;
      const b1 = startB + s * length;
      let s00 = out[o0 + r] as number;
      let s01 = out[o0 + s] as number;
      let s10 = out[o1 + r] as number;
      let s11 = out[o1 + s] as number;
      let s20 = out[o2 + r] as number;
      let s21 = out[o2 + s] as number;
      let s30 = out[o3 + r] as number;
      let s31 = out[o3 + s] as number;
      for (let k = 0; k < length; k++) {
        const x0 = a[a0 + k] as number;
        const x1 = a[a1 + k] as number;
        const x2 = a[a2 + k] as number;
        const x3 = a[a3 + k] as number;
        const y0 = b[b0 + k] as number;
        const y1 = b[b1 + k] as number;
        s00 += x0 * y0;
        s01 += x0 * y1;
        s10 += x1 * y0;
        s11 += x1 * y1;
        s20 += x2 * y0;
        s21 += x2 * y1;
        s30 += x3 * y0;
        s31 += x3 * y1;
      }
      out[o0 + r] = s00;
      out[o0 + s] = s01;
      out[o1 + r] = s10;
      out[o1 + s] = s11;
      out[o2 + r] = s20;
      out[o2 + s] = s21;
      out[o3 + r] = s30;
      out[o3 + s] = s31;
    }
  }
}
