import { type ThreefryKey, threefry, threefryKey } from "./threefry.js";

/** Random numbers that depend only on seed, key and the number of earlier draws. */
export interface RandomStream {
  /** Uniform in [0, 1) with 53 random bits. */
  uniform(): number;
  /** Standard normal (Box-Muller on two 53-bit uniforms). */
  normal(): number;
}

/**
 * The generator's key for a seed and a path such as `stage2.unit_1.conv_2.weight`: the path is absorbed eight UTF-16 units at a
 * time by the generator itself (Matyas-Meyer-Oseas, as in Skein), so two paths practically never share a key.
 */
function keyOf(seed: number, path: string): ThreefryKey {
  const state = new Int32Array(4);
  const block = new Int32Array(4);
  // The seed as a double's 64 bits, so that seeds stay distinct; the length, so that no path equals another one's padding.
  const seedBits = new Int32Array(new Float64Array([seed + 0]).buffer);
  state[0] = seedBits[0] as number;
  state[1] = seedBits[1] as number;
  state[2] = path.length;
  for (let at = 0; at <= path.length; at += 8) {
    const words = [0, 2, 4, 6].map((i) => unit(path, at + i) | (unit(path, at + i + 1) << 16));
    const [w0 = 0, w1 = 0, w2 = 0, w3 = 0] = words;
    threefry(keyFrom(state), w0, w1, w2, w3, block, 0);
    for (let i = 0; i < 4; i++) state[i] = (block[i] as number) ^ (words[i] as number);
  }
  return keyFrom(state);
}

const unit = (text: string, at: number): number => (at < text.length ? text.charCodeAt(at) : 0);

const keyFrom = (words: Int32Array): ThreefryKey =>
  threefryKey(words[0] as number, words[1] as number, words[2] as number, words[3] as number);

/** An independent stream for each seed and key: draws from one never affect another. */
export function randomStream(seed: number, key: string): RandomStream {
  const threefryKeyOfStream = keyOf(seed, key);
  const words = new Int32Array(4);
  let blocks = 0;
  let left = 0;
  let spare: number | undefined;

  const uniform = (): number => {
    if (left === 0) {
      threefry(threefryKeyOfStream, blocks | 0, Math.floor(blocks / 2 ** 32), 0, 0, words, 0);
      blocks++;
      left = 2;
    }
    const at = 4 - 2 * left;
    left--;
    const high = (words[at] as number) >>> 5;
    const low = (words[at + 1] as number) >>> 6;
    return (high * 2 ** 26 + low) / 2 ** 53;
  };

  const normal = (): number => {
    if (spare !== undefined) {
      const value = spare;
      spare = undefined;
      return value;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
    const angle = 2 * Math.PI * uniform();
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };

  return { uniform, normal };
}

/**
 * Fills `target` with uniform numbers of 24 random bits in [low, high), rounded to float32 (so `high` itself may occur). The
 * i-th number depends only on seed, key and i. The sequence differs from {@link randomStream}'s for the same key.
 */
export function fillUniform(target: Float32Array, seed: number, key: string, low: number, high: number): void {
  const threefryKeyOfFill = keyOf(seed, key);
  const words = new Int32Array(4);
  const scale = (high - low) / 2 ** 24;
  const whole = target.length - (target.length % 4);
  for (let at = 0; at < whole; at += 4) {
    threefry(threefryKeyOfFill, at >>> 2, 0, 0, 1, words, 0);
    target[at] = low + scale * ((words[0] as number) >>> 8);
    target[at + 1] = low + scale * ((words[1] as number) >>> 8);
    target[at + 2] = low + scale * ((words[2] as number) >>> 8);
    target[at + 3] = low + scale * ((words[3] as number) >>> 8);
  }
  threefry(threefryKeyOfFill, whole >>> 2, 0, 0, 1, words, 0);
  for (let at = whole; at < target.length; at++) target[at] = low + scale * ((words[at - whole] as number) >>> 8);
}

/** Fills `target` with the normal numbers that a {@link randomStream} of this seed and key would draw. */
export function fillNormal(target: Float32Array, seed: number, key: string, mean: number, std: number): void {
  const stream = randomStream(seed, key);
  for (let at = 0; at < target.length; at++) target[at] = mean + std * stream.normal();
}
