import { sha256 } from "../formats/digest.js";

/** What is kept of a digest: 16 bytes, so that two contents practically never share it. */
const kept = 16;

/** Digests of many pictures, 16 bytes each, whatever they are as texts. */
export class PackedDigests {
  readonly #bytes: Buffer;

  constructor(count: number) {
    this.#bytes = Buffer.alloc(count * kept);
  }

  set(at: number, digest: string): void {
    this.#bytes.write(sha256([digest]), at * kept, kept, "hex");
  }

  /** The same text for the same digest; undefined where there is none. */
  get(at: number): string | undefined {
    const own = this.#bytes.subarray(at * kept, (at + 1) * kept);
    return own.every((byte) => byte === 0) ? undefined : own.toString("latin1");
  }
}
