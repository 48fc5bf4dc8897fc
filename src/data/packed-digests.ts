import { sha256 } from "../formats/digest.js";

/** Stored bytes of a digest: with 16, two contents practically never collide. */
const kept = 16;

/** Digests of many pictures, 16 bytes each, whatever their length as texts. */
export class PackedDigests {
  readonly #bytes: Buffer;

  constructor(count: number) {
    this.#bytes = Buffer.alloc(count * kept);
  }

  set(at: number, digest: string): void {
    this.#bytes.write(sha256([digest]), at * kept, kept, "hex");
  }

  /** An equal text for equal digests; undefined if there is none. */
  get(at: number): string | undefined {
    const own = this.#bytes.subarray(at * kept, (at + 1) * kept);
    return own.every((byte) => byte === 0) ? undefined : own.toString("latin1");
  }
}
