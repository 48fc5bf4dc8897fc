// Digests of what a run or a file was made of: all are compared with what older versions wrote.
import { createHash } from "node:crypto";

/** SHA-256 over pieces one after another (texts as UTF-8), as 64 hexadecimal digits. */
export function sha256(pieces: Iterable<string | Uint8Array>): string {
  const hash = createHash("sha256");
  for (const piece of pieces) hash.update(piece);
  return hash.digest("hex");
}

/** SHA-256 of pieces that come one by one: as {@link sha256} over all of them. */
export function runningSha256(): { add(piece: string | Uint8Array): void; end(): string } {
  const hash = createHash("sha256");
  return { add: (piece) => void hash.update(piece), end: () => hash.digest("hex") };
}
